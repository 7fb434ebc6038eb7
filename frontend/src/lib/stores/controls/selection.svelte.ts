/** Which rows of a list are selected, on the page that is shown and on others; ranges begin at the row picked last. */
import { SvelteMap } from 'svelte/reactivity';

const isAmong = (rows: readonly { id: string }[], id: string) => rows.some((row) => row.id === id);

export class Selection<T extends { id: string }> {
	/** As they were when they were selected. */
	readonly #chosen = new SvelteMap<string, T>();
	readonly #rows: () => readonly T[];
	#last: string | null = null;
	/** The row that a range by the keyboard has come to, and those that it has added. */
	#tip: string | null = null;
	#added: readonly string[] = [];

	/** `rows` gives the rows of the page in their order, as they are now. */
	constructor(rows: () => readonly T[]) {
		this.#rows = rows;
	}

	has(id: string): boolean {
		return this.#chosen.has(id);
	}

	/** How many are selected on all pages. */
	get size(): number {
		return this.#chosen.size;
	}

	/** The selected rows of the page, in its order. */
	get here(): T[] {
		return this.#rows().filter(({ id }) => this.has(id));
	}

	/** Those that are not on this page. */
	get elsewhere(): T[] {
		const shown = this.#rows();
		return [...this.#chosen.values()].filter(({ id }) => !isAmong(shown, id));
	}

	/** Selects the row at an index or not; `range`: and all rows between it and the one picked before. */
	pick(index: number, selected: boolean, range = false): void {
		const from = range ? this.#indexOf(this.#last) : -1;
		this.#set(this.#between(from === -1 ? index : from, index), selected);
		this.#last = this.#rows()[index]?.id ?? null;
		this.#tip = null;
	}

	/** Selects from one row on to the next, as Shift with an arrow does; the way back takes away what it had added. */
	extend(from: number, to: number): void {
		const rows = this.#rows();
		if (this.#tip === null || this.#tip !== rows[from]?.id) {
			this.#last = rows[from]?.id ?? null;
			this.#added = [];
		}
		const range = this.#between(this.#indexOf(this.#last), to);
		for (const id of this.#added) if (!isAmong(range, id)) this.#chosen.delete(id);
		const fresh = range.filter(({ id }) => !this.has(id));
		this.#added = [...this.#added.filter((id) => isAmong(range, id)), ...fresh.map(({ id }) => id)];
		this.#set(fresh, true);
		this.#tip = rows[to]?.id ?? null;
	}

	pickAll(selected: boolean): void {
		this.#set(this.#rows(), selected);
	}

	/** Selects rows of whichever page. */
	add(rows: readonly T[]): void {
		this.#set(rows, true);
	}

	toggle(index: number): void {
		const row = this.#rows()[index];
		if (row) this.pick(index, !this.has(row.id));
	}

	remove(id: string): void {
		this.#chosen.delete(id);
	}

	clear(): void {
		this.#chosen.clear();
	}

	#indexOf(id: string | null): number {
		return this.#rows().findIndex((row) => row.id === id);
	}

	#between(from: number, to: number): readonly T[] {
		return this.#rows().slice(Math.min(from, to), Math.max(from, to) + 1);
	}

	#set(rows: readonly T[], selected: boolean): void {
		for (const row of rows) {
			if (selected) this.#chosen.set(row.id, row);
			else this.#chosen.delete(row.id);
		}
	}
}
