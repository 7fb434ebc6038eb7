/** Which rows of a page are selected; with Shift all from the last one picked. */
import { SvelteSet } from 'svelte/reactivity';

export class Selection {
	readonly #ids = new SvelteSet<string>();
	readonly #rows: () => readonly string[];
	#last: number | null = null;

	/** `rows` gives the ids of the rows in their order. */
	constructor(rows: () => readonly string[]) {
		this.#rows = rows;
	}

	has(id: string): boolean {
		return this.#ids.has(id);
	}

	/** The selected rows of the page, in its order. */
	get ids(): string[] {
		return this.#rows().filter((id) => this.#ids.has(id));
	}

	/** Selects the row at an index or not; `range`: and all rows between it and the one picked before. */
	pick(index: number, selected: boolean, range = false): void {
		const from = range && this.#last !== null ? this.#last : index;
		const picked = this.#rows().slice(Math.min(from, index), Math.max(from, index) + 1);
		this.#set(picked, selected);
		this.#last = index;
	}

	pickAll(selected: boolean): void {
		this.#set(this.#rows(), selected);
	}

	toggle(index: number): void {
		const id = this.#rows()[index];
		if (id) this.pick(index, !this.has(id));
	}

	remove(id: string): void {
		this.#ids.delete(id);
	}

	clear(): void {
		this.#ids.clear();
	}

	#set(ids: readonly string[], selected: boolean): void {
		for (const id of ids) {
			if (selected) this.#ids.add(id);
			else this.#ids.delete(id);
		}
	}
}
