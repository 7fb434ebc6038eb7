/**
 * The rows of a page, kept current without moving anything under the reader's hands: rows change where they stand, those
 * that left stay, marked, until the page is read again, and newcomers wait to be asked for or come last.
 */
import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { Versioned } from './versioned.svelte.ts';

export class Row<T extends { id: string; version?: number }> extends Versioned<T> {
	#left = $state(false);
	#leaving = $state(0);
	/** Began while the page was open. */
	readonly isNew: boolean;

	constructor(stored: T, isNew = false) {
		super(stored);
		this.isNew = isNew;
		if (isNew) this.changes = 1;
	}

	/** Deleted, ended, filtered out, no longer visible, or about to be. */
	get left(): boolean {
		return this.#left || this.#leaving > 0;
	}

	/** Whether it left as the API has it. */
	get hasLeft(): boolean {
		return this.#left;
	}

	set hasLeft(left: boolean) {
		this.#left = left;
	}

	/** Shows it as left before the API has answered; call what is returned after the answer. */
	showLeaving(): () => void {
		this.#leaving += 1;
		let open = true;
		return () => {
			if (open) this.#leaving -= 1;
			open = false;
		};
	}
}

export class Rows<T extends { id: string; version?: number }> {
	rows = $state.raw<readonly Row<T>[]>([]);
	/** The ids of those that came into view since the page was read and are not shown. */
	readonly waiting = new SvelteSet<string>();
	readonly #byId = new SvelteMap<string, Row<T>>();
	readonly #total: number;
	readonly #departed = new SvelteSet<string>();
	/** Who a snapshot that is still coming has named; null where none comes. */
	#snapshot: Set<string> | null = null;

	/** `total`: how many there were on all pages. */
	constructor(values: readonly T[], total = values.length) {
		this.#total = total;
		this.append(values, false);
	}

	get total(): number {
		return Math.max(0, this.#total + this.waiting.size - this.#departed.size);
	}

	row(id: string): Row<T> | undefined {
		return this.#byId.get(id);
	}

	/** Adds rows below the others. */
	append(values: readonly T[], isNew = true): void {
		const added = values.map((value) => new Row(value, isNew));
		for (const row of added) this.#byId.set(row.stored.id, row);
		this.rows = [...this.rows, ...added];
	}

	/** A newer version of one; older ones change nothing. Returns whether the row changed. */
	update(value: T, highlight = true): boolean {
		return this.row(value.id)?.update(value, highlight) ?? false;
	}

	/** Came into view: known rows are unmarked, others wait. */
	enter(value: T): void {
		this.#snapshot?.add(value.id);
		const row = this.row(value.id);
		if (!row) {
			if (!this.#snapshot) this.waiting.add(value.id);
			return;
		}
		this.#departed.delete(value.id);
		const back = row.hasLeft;
		row.hasLeft = false;
		if (!row.update(value) && back) row.changes += 1;
	}

	leave(id: string): void {
		if (this.waiting.delete(id)) return;
		const row = this.row(id);
		this.#departed.add(id);
		if (row) row.hasLeft = true;
	}

	/** Until `endSnapshot` the feed names everybody who matches, not only who came into view. */
	beginSnapshot(): void {
		// Nobody shows it: it needs no signals.
		// eslint-disable-next-line svelte/prefer-svelte-reactivity
		this.#snapshot = new Set();
	}

	/** The snapshot is complete: whoever stands on the page and was not named has left. */
	endSnapshot(): void {
		const named = this.#snapshot;
		this.#snapshot = null;
		if (!named) return;
		for (const { stored } of this.rows) if (!named.has(stored.id)) this.leave(stored.id);
	}
}
