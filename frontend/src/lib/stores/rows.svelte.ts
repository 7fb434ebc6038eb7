/**
 * The rows of a page, kept current without moving anything under the reader's hands: rows change where they stand, those
 * that left stay, marked, until the page is read again, and newcomers come where the rules of the list say, or wait.
 * A change that is not confirmed is shown by its row: `showPending`, `showLeaving`.
 */
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { Row } from './row.svelte.ts';
import { Waiting } from './waiting.svelte.ts';

/** When nothing may move under the reader. */
export interface Hold {
	/** For a moment only: newcomers come in by themselves when it is over. */
	readonly aiming: boolean;
	/** Whether newcomers wait until they are asked for. */
	holds(isShown: (key: string) => boolean): boolean;
	/** Whether newcomers come too fast to be read; called for each. */
	isFlood(): boolean;
}

interface Listed {
	id: string;
	version?: number;
}

/** The rules in which lists differ. */
export interface ListRules<T extends Listed, Change = never> {
	/** Where newcomers belong. Only the API knows their place in its own order: the page is read again to show them. */
	order: 'newestFirst' | 'newestLast' | 'asRead';
	/** The key of a row; by default its id. */
	key?: (value: T) => string;
	/** What a live event does to the list. `missed`: it happened while there was no connection. */
	apply?: (rows: Rows<T, Change>, change: Change, missed: boolean) => void;
	/** When newcomers wait; by default never. */
	hold?: Hold;
	/** How many rows are kept, more than a reader looks through; those dropped at the end are read from the API again. */
	shownMax?: number;
	waitingMax?: number;
}

export class Rows<T extends Listed, Change = never> {
	rows = $state.raw<readonly Row<T>[]>([]);
	/** Came since the page was read and are not shown. */
	readonly waiting: Waiting<T>;
	/** The key of the row that was the first before `show`: all above it are new to the reader. */
	seen = $state<string | null>(null);
	/** Whether there are more rows below those shown. */
	hasMore = $state(false);
	readonly #rules: ListRules<T, Change>;
	readonly #byKey = new SvelteMap<string, Row<T>>();
	readonly #departed = new SvelteSet<string>();
	#total = $state(0);
	/** Who a snapshot that is still coming has named; null where none comes. */
	#snapshot: Set<string> | null = null;

	/** `total`: how many there were on all pages. */
	constructor(values: readonly T[], rules: ListRules<T, Change>, total = values.length) {
		this.#rules = rules;
		this.waiting = new Waiting(rules.waitingMax ?? Infinity);
		this.#total = total;
		this.rows = this.#added(values, false);
	}

	get total(): number {
		return Math.max(0, this.#total + this.waiting.size - this.#departed.size);
	}

	row(key: string): Row<T> | undefined {
		return this.#byKey.get(key);
	}

	/** Takes in a live event, by the rules of the list. */
	apply(change: Change, missed = false): void {
		this.#rules.apply?.(this, change, missed);
	}

	/** A newer version of one; older ones change nothing. Returns whether the row changed. */
	update(value: T, highlight = true): boolean {
		return this.row(this.#keyOf(value))?.update(value, highlight) ?? false;
	}

	/** Came into view: known rows are unmarked, others come in or wait. */
	enter(value: T, missed = false): void {
		const key = this.#keyOf(value);
		this.#snapshot?.add(key);
		const row = this.row(key);
		if (row) return this.#return(key, row, value);
		if (this.#snapshot || this.waiting.has(key)) return;
		if (missed || this.#isHolding() || this.#rules.hold?.isFlood()) this.waiting.hold();
		if (this.waiting.asked || this.#rules.hold?.aiming) this.waiting.add(key, value);
		else this.#insert([value], true);
	}

	leave(key: string): void {
		if (this.waiting.remove(key)) return;
		const row = this.row(key);
		this.#departed.add(key);
		if (row) row.hasLeft = true;
	}

	/** Shows those that wait. False if only the API can show them: then the page must be read again. */
	show(): boolean {
		if (this.#rules.order === 'asRead' || !this.waiting.complete) return false;
		const [first] = this.rows;
		this.seen = first ? this.#keyOf(first.stored) : null;
		this.#insert(this.waiting.take(), false);
		return true;
	}

	/** The pointer rests: those that waited for that alone come in. */
	release(): void {
		if (this.waiting.asked || this.#rules.hold?.aiming || !this.waiting.size) return;
		if (this.#isHolding()) this.waiting.hold();
		else this.#insert(this.waiting.take(), true);
	}

	/** The next page, which the reader asked for, below the rows that are shown. */
	append(values: readonly T[], hasMore: boolean): void {
		const unknown = values.filter(
			(value) => !this.row(this.#keyOf(value)) && !this.waiting.has(this.#keyOf(value))
		);
		this.rows = [...this.rows, ...this.#added(unknown, false)];
		this.hasMore = hasMore;
	}

	/** Until `endSnapshot` the feed names everybody who matches, not only who came into view. */
	beginSnapshot(): void {
		// Nobody shows it: it needs no signals.
		// eslint-disable-next-line svelte/prefer-svelte-reactivity
		this.#snapshot = new Set();
	}

	/** The snapshot is complete: a user on the page whom it did not name has left. */
	endSnapshot(): void {
		const named = this.#snapshot;
		this.#snapshot = null;
		if (!named) return;
		for (const { stored } of this.rows) if (!named.has(this.#keyOf(stored))) this.leave(this.#keyOf(stored));
	}

	#keyOf(value: T): string {
		return this.#rules.key?.(value) ?? value.id;
	}

	#isHolding(): boolean {
		if (this.#rules.order === 'asRead') return true;
		return this.#rules.hold?.holds((key) => this.#byKey.has(key)) ?? false;
	}

	#return(key: string, row: Row<T>, value: T): void {
		this.#departed.delete(key);
		const back = row.hasLeft;
		row.hasLeft = false;
		if (!row.update(value) && back) row.changes += 1;
	}

	/** Newcomers, oldest first, where they belong; the last rows of too many are dropped. */
	#insert(values: readonly T[], isNew: boolean): void {
		const added = this.#added(values, isNew);
		this.#total += added.length;
		const all =
			this.#rules.order === 'newestFirst' ? [...added.reverse(), ...this.rows] : [...this.rows, ...added];
		const max = this.#rules.shownMax ?? Infinity;
		for (const { stored } of all.slice(max)) this.#byKey.delete(this.#keyOf(stored));
		if (all.length > max) this.hasMore = true;
		this.rows = all.slice(0, max);
	}

	#added(values: readonly T[], isNew: boolean): Row<T>[] {
		const added = values.map((value) => new Row(value, isNew));
		for (const row of added) this.#byKey.set(this.#keyOf(row.stored), row);
		return added;
	}
}
