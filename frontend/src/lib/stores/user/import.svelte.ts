/** Adds the users of a list, a few at a time; it can be stopped and goes on where it stopped. */
import type { Added, ImportItem, ListLine } from '#lib/types/import.ts';

const AT_ONCE = 4;

/** What needs another look comes first. */
export function itemsOf(lines: readonly ListLine[]): ImportItem[] {
	return lines
		.map((line): ImportItem => ({ ...line, state: line.fault ? 'bad' : 'ready', problem: null, id: null }))
		.sort((a, b) => Number(a.fault === null) - Number(b.fault === null) || a.line - b.line);
}

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

	constructor(lines: readonly ListLine[]) {
		this.items = itemsOf(lines);
		this.size = this.count('ready');
	}

	count(state: ImportItem['state']): number {
		return this.items.filter((item) => item.state === state).length;
	}

	stop(): void {
		this.stopped = true;
	}

	/** Adds whoever is still ready. Where `add` raises, the line stays ready and the run stops. */
	async start(add: (line: ListLine) => Promise<Added>): Promise<void> {
		[this.running, this.stopped, this.halted] = [true, false, null];
		const waiting = this.items.filter((item) => item.state === 'ready');
		const worker = async () => {
			for (let item = waiting.shift(); item && !this.stopped; item = waiting.shift()) {
				try {
					Object.assign(item, await add(item));
					this.done += 1;
				} catch (fault) {
					this.halted = fault;
					this.stop();
				}
			}
		};
		await Promise.all(Array.from({ length: AT_ONCE }, worker));
		this.running = false;
	}
}
