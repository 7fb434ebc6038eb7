/** The user who is shown beside the list: kept current by their row, or by the log where the list does not have them. */
import {
	UserHistoryFeed,
	UserPeek,
	type EventRow,
	type User,
	type UserPeekData
} from '#lib/graphql/documents.ts';
import type { Live } from '#lib/stores/live/live.svelte.ts';
import type { Held } from '#lib/types/row.ts';
import { run } from '#lib/utils/graphql.ts';
import { Versioned } from '#lib/stores/versioned.svelte.ts';

export type PeekRead = UserPeekData['user'];

/** Milliseconds for which a user must be shown before they are read: those passed by the keyboard are not. */
const REST_MS = 150;

export class Peek {
	readonly id: string;
	/** Erased, or not visible to the viewer. */
	unavailable = $state(false);
	/** The newest changes; null until they are read. */
	events = $state.raw<readonly EventRow[] | null>(null);
	#own = $state.raw<Versioned<User> | null>(null);
	readonly #row: () => Held | undefined;

	/** `row`: that of the list; `read`: what the server has read already, null if the viewer may not see the user. */
	constructor(id: string, row: () => Held | undefined, read?: PeekRead) {
		this.id = id;
		this.#row = row;
		if (read !== undefined) this.#take(read);
	}

	/** Null until the user is read. */
	get held(): Held | null {
		return this.#row() ?? this.#own;
	}

	get user(): User | null {
		return this.held?.current ?? null;
	}

	/** Reads them once they have been shown for a moment, until the returned function is called. */
	readSoon(): () => void {
		const stop = new AbortController();
		const timer = setTimeout(() => {
			run(UserPeek, { id: this.id }, stop.signal).then(
				({ user }) => this.#take(user),
				// What is shown stays, and is read again with the next change.
				() => {}
			);
		}, REST_MS);
		return () => {
			clearTimeout(timer);
			stop.abort();
		};
	}

	/** Follows the log from a position on, for a user without a row, until the returned function is called. */
	follow(live: Live, after: string): () => void {
		return live.follow(
			UserHistoryFeed,
			{ filter: { userId: this.id }, after },
			{ event: ({ user }) => void (user && this.#own?.update(user)) }
		);
	}

	#take(read: PeekRead): void {
		this.unavailable = read === null;
		if (!read) return;
		const { events, ...user } = read;
		this.events = events.edges.map(({ node }) => node);
		const held = this.held;
		if (held) held.update(user, false);
		else this.#own = new Versioned(user);
	}
}
