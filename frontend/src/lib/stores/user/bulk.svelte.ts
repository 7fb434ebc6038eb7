/** One action on many users, a few at a time, with a result for each and a way to stop. */
import { pool } from '#lib/utils/pool.ts';

export interface BulkItem {
	id: string;
	name: string;
	state: 'pending' | 'ok' | 'failed';
	/** Why not, in the visitor's words. */
	reason: string;
}

const AT_ONCE = 4;

/** Acts on one; returns null when it worked, otherwise the reason. */
export type Act = (id: string) => Promise<string | null>;

export class BulkRun {
	items = $state<BulkItem[]>([]);
	stopped = $state(false);
	running = $state(true);
	readonly #stop = new AbortController();

	constructor(users: readonly { id: string; displayName: string }[]) {
		this.items = users.map(({ id, displayName }) => ({
			id,
			name: displayName,
			state: 'pending',
			reason: ''
		}));
	}

	get done(): number {
		return this.items.filter((item) => item.state !== 'pending').length;
	}

	get failed(): number {
		return this.items.filter((item) => item.state === 'failed').length;
	}

	get succeeded(): number {
		return this.items.filter((item) => item.state === 'ok').length;
	}

	stop(): void {
		this.stopped = true;
		this.#stop.abort();
	}

	async start(act: Act): Promise<void> {
		await pool(
			this.items,
			AT_ONCE,
			async (item) => {
				const reason = await act(item.id).catch((error: unknown) => String(error));
				item.state = reason === null ? 'ok' : 'failed';
				item.reason = reason ?? '';
			},
			this.#stop.signal
		);
		this.running = false;
	}
}
