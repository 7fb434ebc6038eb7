/** A row of the API as a page shows it: the newest version seen, under the changes that are not confirmed yet. */
export class Versioned<T extends { version?: number }> {
	#stored = $state.raw() as T;
	#pending = $state.raw<readonly Partial<T>[]>([]);
	/** Grows with every change from elsewhere: what shows the row is highlighted once for each. */
	changes = $state(0);
	readonly #merged: T = $derived(Object.assign({}, this.#stored, ...this.#pending));

	constructor(stored: T) {
		this.#stored = stored;
	}

	/** As it is shown. */
	get current(): T {
		return this.#pending.length ? this.#merged : this.#stored;
	}

	/** The newest version seen, without what is not confirmed. */
	get stored(): T {
		return this.#stored;
	}

	/** Takes a newer version; an older one changes nothing. Returns whether it was newer. */
	update(next: T, highlight = true): boolean {
		const [known = 0, given = 0] = [this.#stored.version, next.version];
		if (given < known) return false;
		this.#stored = next;
		if (given > known && highlight) this.changes += 1;
		return given > known;
	}

	/**
	 * Shows a change before the API has answered. Call what is returned after the answer, whichever it is: it takes away
	 * this change and no other, and what was stored meanwhile stands.
	 */
	showPending(change: Partial<T>): () => void {
		const one = { ...change };
		this.#pending = [...this.#pending, one];
		return () => (this.#pending = this.#pending.filter((other) => other !== one));
	}
}
