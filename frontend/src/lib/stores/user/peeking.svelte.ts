/** Which user is shown beside the list: by its address, or by what was done on the page since. */
import { goto } from '$app/navigation';
import { page } from '$app/state';

interface Read {
	/** The address of the list as it is shown, and what stands before the id in that with a user beside it. */
	here: string;
	peekPrefix: string;
	/** The user that the address named when the page was read. */
	peek: { id: string } | null;
}

/** The link of each row, which takes its focus. */
export const rowLinks = () => [...document.querySelectorAll<HTMLElement>('tr[data-id] .name')];

export class Peeking {
	readonly #read: () => Read;

	constructor(read: () => Read) {
		this.#read = read;
	}

	get id(): string | null {
		return page.state.peek === undefined ? (this.#read().peek?.id ?? null) : page.state.peek;
	}

	/** Opening adds an entry to the history; another user replaces it. */
	show(id: string): void {
		const opens = this.id === null;
		const state = { peek: id, pushed: opens || page.state.pushed };
		void goto(this.#read().peekPrefix + id, { shallow: true, replace: !opens, state });
	}

	/** Moves the focus to the row of the user that was shown; `ids`: those of the rows, in order. */
	hide(ids: readonly string[]): void {
		const links = rowLinks();
		(links[ids.indexOf(this.id ?? '')] ?? links[0])?.focus();
		if (page.state.pushed) history.back();
		else void goto(this.#read().here, { shallow: true, replace: true, state: { peek: null } });
	}
}
