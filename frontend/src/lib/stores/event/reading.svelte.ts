/** What the reader of a list of events is doing: while they scroll, read details or aim, nothing moves under them. */
import { SvelteSet } from 'svelte/reactivity';
import type { Hold } from '#lib/stores/rows.svelte.ts';

/** What comes faster than this a second scrolls past the reader: it waits. */
const READABLE_A_SECOND = 8;
/** A pointer that moved within so many milliseconds is about to hit something. */
const AIM_MS = 900;

export class ReadingState implements Hold {
	paused = $state(false);
	/** Scrolled down, on an older page, or in another tab. */
	offscreen = $state(false);
	/** The events whose details are open. */
	readonly open = new SvelteSet<string>();
	/** The pointer moves over the list: for a moment nothing may move under it. */
	aiming = $state(false);
	#timer: ReturnType<typeof setTimeout> | undefined;
	#second = 0;
	#inSecond = 0;

	holds(isShown: (id: string) => boolean): boolean {
		return this.paused || this.offscreen || [...this.open].some(isShown);
	}

	isFlood(): boolean {
		const second = Math.floor(Date.now() / 1000);
		this.#inSecond = second === this.#second ? this.#inSecond + 1 : 1;
		this.#second = second;
		return this.#inSecond > READABLE_A_SECOND;
	}

	aim(): void {
		this.aiming = true;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => (this.aiming = false), AIM_MS);
	}

	toggled(id: string, open: boolean): void {
		if (open) this.open.add(id);
		else this.open.delete(id);
	}
}
