/** Who is shown beside the list: by its address, or by what the reader has done on the page since. */
import { goto } from '$app/navigation';
import { page } from '$app/state';

interface Read {
	/** The address of the list as it is shown, and what stands before the id in that with a user beside it. */
	here: string;
	peekPrefix: string;
	/** Whom the address named when the page was read. */
	peek: { id: string } | null;
}

/** What has the focus of each row. */
export const rowLinks = () => [...document.querySelectorAll<HTMLElement>('tr[data-id] .name')];

export class Peeking {
	readonly #read: () => Read;

	constructor(read: () => Read) {
		this.#read = read;
	}

	get id(): string | null {
		return page.state.peek === undefined ? (this.#read().peek?.id ?? null) : page.state.peek;
	}

	/** Opening is a step in the history; going on to another user is none. */
	show(id: string): void {
		const opens = this.id === null;
		const state = { peek: id, pushed: opens || page.state.pushed };
		void goto(this.#read().peekPrefix + id, { shallow: true, replace: !opens, state });
	}

	/** The focus goes to the row of whoever was shown, of those with these ids. */
	hide(ids: readonly string[]): void {
		const links = rowLinks();
		(links[ids.indexOf(this.id ?? '')] ?? links[0])?.focus();
		if (page.state.pushed) history.back();
		else void goto(this.#read().here, { shallow: true, replace: true, state: { peek: null } });
	}
}
