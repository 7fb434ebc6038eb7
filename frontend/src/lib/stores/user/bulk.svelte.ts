/** One action on many users, a few at a time, with a result for each and a way to stop. */
import type { User } from '#lib/graphql/documents.ts';
import type { Refusal } from '#lib/types/problem.ts';
import type { Result } from '#lib/utils/user/carry-out.ts';
import type { Changed } from '#lib/types/actions.ts';
import { pool } from '#lib/utils/pool.ts';
import { raised } from '#lib/utils/refusal.ts';

export interface BulkItem {
	readonly user: User;
	state: 'pending' | 'changed' | 'already' | 'failed';
	/** Why not. */
	refusal: Refusal | null;
}

const AT_ONCE = 4;

/** Acts on one; what it raises counts as a refusal. */
export type Act = (user: User) => Promise<Result>;

export class BulkRun {
	items = $state<BulkItem[]>([]);
	stopped = $state(false);
	running = $state(true);
	/** What was changed, and nothing that was already so. */
	readonly changed: Changed[] = [];
	readonly #last: boolean;
	readonly #stop = new AbortController();

	/** `last`: changed after all others. */
	constructor(users: readonly User[], last: User | null = null) {
		this.items = (last ? [...users, last] : users).map((user) => ({ user, state: 'pending', refusal: null }));
		this.#last = last !== null;
	}

	count(state: BulkItem['state']): number {
		return this.items.filter((item) => item.state === state).length;
	}

	stop(): void {
		this.stopped = true;
		this.#stop.abort();
	}

	async start(act: Act): Promise<void> {
		const one = async (item: BulkItem) => {
			const result = await act(item.user).catch(raised);
			item.state = result.kind === 'refused' ? 'failed' : result.kind;
			if (result.kind === 'refused') item.refusal = result.refusal;
			if (result.kind === 'changed') this.changed.push({ before: item.user, after: result.user });
		};
		const others = this.#last ? this.items.slice(0, -1) : this.items;
		await pool(others, AT_ONCE, one, this.#stop.signal);
		await pool(this.items.slice(others.length), 1, one, this.#stop.signal);
		this.running = false;
	}
}
