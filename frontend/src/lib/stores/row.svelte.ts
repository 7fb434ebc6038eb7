/** A row of a list: its newest version under the changes that are not confirmed, and whether it left the list. */
import { Versioned } from './versioned.svelte.ts';

export class Row<T extends { id: string; version?: number }> extends Versioned<T> {
	#left = $state(false);
	#leaving = $state(0);
	/** Came while the page was open, and was shown at once. */
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
