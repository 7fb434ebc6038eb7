/**
 * Events of the log, newest first, kept current without moving anything under the reader: while they have scrolled
 * offscreen, read details, or asked for a pause, what happens waits until it is asked for.
 */
import { SvelteSet } from 'svelte/reactivity';
import type { EventRow, UserEventsData } from '#lib/graphql/documents.ts';
import type { EventOf } from '#lib/stores/live/live.svelte.ts';

/** More than a reader looks through; what is older is read from the log again. */
const SHOWN_MAX = 400;
const WAITING_MAX = 200;
/** What comes faster than this a second runs offscreen under the eyes: it waits. */
const READABLE_A_SECOND = 8;

/** A pointer that moved within so many milliseconds is about to hit something. */
const AIM_MS = 900;

/** What the reader of a list is doing; the page that shows the list sets it. */
export class ReadingState {
	paused = $state(false);
	/** Scrolled down, on an older page, or in another tab. */
	offscreen = $state(false);
	/** The events whose details are open. */
	readonly open = new SvelteSet<string>();

	/** The pointer moves over the list: for a moment nothing may move under it. */
	aiming = $state(false);
	#timer: ReturnType<typeof setTimeout> | undefined;

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

export class EventList {
	shown = $state.raw<readonly EventRow[]>([]);
	/** Newest first; when more come than are kept, the oldest are only counted. */
	waiting = $state.raw<readonly EventRow[]>([]);
	/** Where the reader was before the last `show`: everything above it is new to them. */
	seen = $state<string | null>(null);
	/** Came while the list was in view: they light up. */
	readonly fresh = new SvelteSet<string>();
	/** Events that are not kept, and events that wait to be asked for rather than for the pointer to rest. */
	#uncounted = $state(0);
	#asked = $state(false);
	#cut = $state(false);
	readonly #reading: ReadingState;
	#hasOlder = $state(false);
	#known: Set<string>;
	#second = 0;
	#inSecond = 0;

	constructor(events: readonly EventRow[], reading: ReadingState, hasOlder = false) {
		this.shown = events;
		this.#reading = reading;
		this.#hasOlder = hasOlder;
		// Nobody shows it: it needs no signals.
		// eslint-disable-next-line svelte/prefer-svelte-reactivity
		this.#known = new Set(events.map((event) => event.id));
	}

	/** How many wait to be asked for. */
	get waitingCount(): number {
		return this.#asked ? this.waiting.length + this.#uncounted : 0;
	}

	/** The position to read older events from, or null where there are none. */
	get older(): string | null {
		return this.#hasOlder || this.#cut ? (this.shown.at(-1)?.cursor ?? null) : null;
	}

	get #holding(): boolean {
		const { paused, offscreen, open } = this.#reading;
		if (paused || offscreen || this.#asked) return true;
		return open.size > 0 && this.shown.some((event) => open.has(event.id));
	}

	/** Takes in an event; what was `missed` while there was no connection waits until the reader asks for it. */
	apply({ __typename, ...event }: EventOf<UserEventsData>, missed = false): void {
		if (this.#known.has(event.id)) return;
		this.#known.add(event.id);
		if (missed || this.#holding || this.#isFlood()) this.#asked = true;
		if (this.#asked || this.#reading.aiming) this.#wait(event);
		else this.#show([event]);
		this.#forget();
	}

	/** Shows what waits. False where more happened than was kept: then the page must be read anew. */
	show(): boolean {
		if (this.#uncounted > 0) return false;
		this.seen = this.shown[0]?.id ?? null;
		this.#extend(this.waiting);
		this.waiting = [];
		this.#asked = false;
		return true;
	}

	/** The pointer rests: what waited for that alone comes in. */
	release(): void {
		if (this.#asked || this.#reading.aiming || !this.waiting.length) return;
		if (this.#holding) {
			this.#asked = true;
			return;
		}
		this.#show(this.waiting);
		this.waiting = [];
	}

	/** Older events that the reader asked for, below those shown. */
	append(events: readonly EventRow[], hasOlder: boolean): void {
		const older = events.filter((event) => !this.#known.has(event.id));
		for (const event of older) this.#known.add(event.id);
		this.shown = [...this.shown, ...older];
		this.#hasOlder = hasOlder;
		this.#cut = false;
	}

	#wait(event: EventRow): void {
		if (this.waiting.length >= WAITING_MAX) this.#uncounted += 1;
		this.waiting = [event, ...this.waiting.slice(0, WAITING_MAX - 1)];
	}

	#show(events: readonly EventRow[]): void {
		for (const event of events) this.fresh.add(event.id);
		this.#extend(events);
	}

	#extend(newer: readonly EventRow[]): void {
		const all = [...newer, ...this.shown];
		this.shown = all.slice(0, SHOWN_MAX);
		if (all.length > SHOWN_MAX) this.#cut = true;
	}

	#isFlood(): boolean {
		const second = Math.floor(Date.now() / 1000);
		this.#inSecond = second === this.#second ? this.#inSecond + 1 : 1;
		this.#second = second;
		return this.#inSecond > READABLE_A_SECOND;
	}

	/** Keeps the ids bounded: what left both lists cannot come again, the cursor is past it. */
	#forget(): void {
		if (this.#known.size < 4 * SHOWN_MAX) return;
		// eslint-disable-next-line svelte/prefer-svelte-reactivity
		this.#known = new Set([...this.waiting, ...this.shown].map((event) => event.id));
		this.fresh.clear();
	}
}
