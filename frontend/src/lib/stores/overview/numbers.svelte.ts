/** Numbers that follow what happens without asking for every event: they are read again, at most every few seconds. */
import type { StatsData } from '#lib/graphql/documents.ts';
import type { Counts } from '#lib/utils/event/periods.ts';

const EVERY_MS = 5_000;
/** What happens together is read together. */
const GATHER_MS = 400;

export interface Numbers {
	stats: StatsData['stats'];
	/** For those who may read the audit trail. */
	counts: Counts | null;
}

export class Overview {
	numbers = $state.raw() as Numbers;
	readonly #read: () => Promise<Numbers>;
	/** Nobody looks: it can wait. */
	readonly #idle: () => boolean;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#readAt = 0;

	constructor(numbers: Numbers, read: () => Promise<Numbers>, idle = () => false) {
		this.numbers = numbers;
		this.#read = read;
		this.#idle = idle;
	}

	/** Something happened that may have changed the numbers. */
	touch(): void {
		this.#timer ??= setTimeout(
			() => void this.#refresh(),
			Math.max(GATHER_MS, this.#readAt + EVERY_MS - Date.now())
		);
	}

	stop(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
	}

	async #refresh(): Promise<void> {
		this.#timer = undefined;
		this.#readAt = Date.now();
		if (this.#idle()) return this.touch();
		try {
			this.numbers = await this.#read();
		} catch {
			// The connection's state says that they may be old; whatever happens next reads them again.
		}
	}
}
