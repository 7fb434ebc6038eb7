/** Adds the users of a list, a few at a time; it can be stopped and goes on where it stopped. */
import type { Added, ImportItem, ListLine } from '#lib/types/import.ts';
import { pool } from '#lib/utils/pool.ts';
import { itemsOf } from '#lib/utils/user/import.ts';

const AT_ONCE = 4;

export class ImportRun {
	items = $state<ImportItem[]>([]);
	running = $state(false);
	/** Asked to stop, or halted by `halted`. */
	stopped = $state(false);
	/** What made it stop by itself: nobody answered, or the right was lost. */
	halted = $state.raw<unknown>(null);
	/** How many of `size` have a result; counted, so that a long list costs no more than a short one. */
	done = $state(0);
	readonly size: number;
	#stop = new AbortController();

	constructor(lines: readonly ListLine[]) {
		this.items = itemsOf(lines);
		this.size = this.count('ready');
	}

	count(state: ImportItem['state']): number {
		return this.items.filter((item) => item.state === state).length;
	}

	stop(): void {
		this.stopped = true;
		this.#stop.abort();
	}

	/** Adds whoever is still ready. Where `add` raises, the line stays ready and the run stops. */
	async start(add: (line: ListLine) => Promise<Added>): Promise<void> {
		[this.running, this.stopped, this.halted] = [true, false, null];
		const ready = this.items.filter((item) => item.state === 'ready');
		const one = async (item: ImportItem) => {
			Object.assign(item, await add(item));
			this.done += 1;
		};
		this.#stop = new AbortController();
		await pool(ready, AT_ONCE, one, this.#stop.signal).catch((reason: unknown) => {
			this.halted = reason;
			this.stopped = true;
		});
		this.running = false;
	}
}
