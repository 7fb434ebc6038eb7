/** Which user is shown beside the list: by its address, or by what was done on the page since. */
import { onDestroy } from 'svelte';
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
	/** The user who is shown already, while the address still names the one before. */
	#next = $state<string | null>(null);

	constructor(read: () => Read) {
		this.#read = read;
		onDestroy(() => (this.#next = null));
	}

	get id(): string | null {
		return this.#next ?? this.#named;
	}

	/** The user whom the address names. */
	get #named(): string | null {
		return page.state.peek === undefined ? (this.#read().peek?.id ?? null) : page.state.peek;
	}

	/**
	 * The address follows once they are painted: what SvelteKit does for one takes as long as to show them. Opening adds an
	 * entry to the history; another user replaces it.
	 */
	show(id: string): void {
		const waits = this.#next !== null;
		this.#next = id;
		if (!waits) requestAnimationFrame(() => setTimeout(() => this.#record()));
	}

	/** Moves the focus to the row of the user that was shown; `ids`: those of the rows, in order. */
	async hide(ids: readonly string[]): Promise<void> {
		const links = rowLinks();
		(links[ids.indexOf(this.id ?? '')] ?? links[0])?.focus();
		await this.#record();
		if (page.state.pushed) history.back();
		else await goto(this.#read().here, { shallow: true, replace: true, state: { peek: null } });
	}

	/** Has the address name the user who is shown, and a user who is shown meanwhile. */
	async #record(): Promise<void> {
		for (let id = this.#next; id !== null; id = this.#next) {
			const opens = this.#named === null;
			const state = { peek: id, pushed: opens || page.state.pushed };
			await goto(this.#read().peekPrefix + id, { shallow: true, replace: !opens, state });
			if (this.#next === id) this.#next = null;
		}
	}
}
