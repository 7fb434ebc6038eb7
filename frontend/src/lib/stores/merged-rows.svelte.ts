/** A list that is read again as a whole: one that is no longer among those read stays where it was, greyed, and a new one comes first. */
import { untrack } from 'svelte';
import { Rows } from './rows.svelte.ts';

export class MergedRows<T extends { id: string }> extends Rows<T> {
	constructor(values: readonly T[]) {
		super(values, { order: 'newestFirst' });
	}

	/** Takes in all that there are, as they were just read, newest first. */
	merge(values: readonly T[]): void {
		const found = values.map(({ id }) => id);
		for (const { stored } of this.rows) if (!found.includes(stored.id)) this.leave(stored.id);
		for (const value of values.toReversed()) {
			this.enter(value);
			this.update(value);
		}
	}

	/** Takes in what the page reads after this; called while its component is made. */
	mergeReads(values: () => readonly T[]): void {
		let first = true;
		$effect(() => {
			const read = values();
			if (!first) untrack(() => this.merge(read));
			first = false;
		});
	}
}
