/** Who is online. Presence is not in the log: after a break it is read again. */
import { SvelteMap } from 'svelte/reactivity';
import { UsersById, type User } from '#lib/graphql/documents.ts';
import { run } from '#lib/utils/graphql.ts';

export class Presence {
	/** Who came or went since the page was read. */
	readonly #changed = new SvelteMap<string, boolean>();
	// Nobody shows them: they need no signals.
	/* eslint-disable svelte/prefer-svelte-reactivity */
	readonly #listeners = new Set<() => void>();
	/** For each refresh in progress, the users who changed since it began: their state is newer than its answer. */
	readonly #refreshes = new Set<Set<string>>();
	/* eslint-enable svelte/prefer-svelte-reactivity */

	isOnline(user: { id: string; online: boolean }): boolean {
		return this.#changed.get(user.id) ?? user.online;
	}

	/** Takes in that somebody came or went. */
	apply(id: string, online: boolean): void {
		this.#changed.set(id, online);
		for (const changed of this.#refreshes) changed.add(id);
		for (const listener of this.#listeners) listener();
	}

	/** Calls `listener` whenever somebody comes or goes, until the returned function is called. */
	onChange(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Reads who of these users is online; returns them as they are now, and nobody where the API does not answer. */
	async refresh(ids: readonly string[]): Promise<User[]> {
		// eslint-disable-next-line svelte/prefer-svelte-reactivity
		const changed = new Set<string>();
		this.#refreshes.add(changed);
		const read = await run(UsersById, { ids: [...ids] })
			.catch(() => null)
			.finally(() => this.#refreshes.delete(changed));
		const users = read?.nodes.filter((node) => node?.__typename === 'User') ?? [];
		for (const { id, online } of users) if (!changed.has(id)) this.#changed.set(id, online);
		return users;
	}
}
