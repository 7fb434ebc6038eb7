/**
 * What a combobox suggests for its text (WAI-ARIA combobox pattern): asked once the typing rests, the newest question's
 * answer alone, and the keys that walk the list.
 */
import { Debounce } from './debounce.ts';

const WAIT_MS = 140;

export class Suggestions<T> {
	found = $state.raw<readonly T[]>([]);
	/** The index of the choice that Enter takes. */
	active = $state(0);
	/** There is an answer. */
	answered = $state(false);
	/** The text has changed since the answer: it is still shown, but Enter must not choose from it. */
	stale = $state(false);
	readonly #ask: (text: string, signal: AbortSignal) => Promise<readonly T[]>;
	readonly #debounce = new Debounce(WAIT_MS);
	#asking: AbortController | undefined;

	constructor(ask: (text: string, signal: AbortSignal) => Promise<readonly T[]>) {
		this.#ask = ask;
	}

	/** The text has changed. */
	type(text: string): void {
		const wanted = text.trim();
		this.#asking?.abort();
		this.#debounce.cancel();
		this.active = 0;
		this.stale = true;
		if (wanted) this.#debounce.call(() => void this.#find(wanted));
		else this.reset();
	}

	/** Nothing is asked or suggested any more. */
	reset(): void {
		this.#asking?.abort();
		this.#debounce.cancel();
		this.found = [];
		this.answered = this.stale = false;
	}

	/** Takes an arrow key for a list of so many choices; true where it was one. */
	step(event: KeyboardEvent, count: number): boolean {
		const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
		if (!step || !count) return false;
		event.preventDefault();
		this.active = (this.active + step + count) % count;
		return true;
	}

	async #find(text: string): Promise<void> {
		const asking = new AbortController();
		this.#asking = asking;
		const found = await this.#ask(text, asking.signal).catch(() => null);
		// Whatever comes after the next question is an answer to another.
		if (asking.signal.aborted) return;
		this.found = found ?? [];
		this.answered = found !== null;
		this.stale = false;
		this.active = 0;
	}
}
