/**
 * One page of the directory, kept current without moving anything under the reader's hands: rows change where they
 * stand, whoever no longer matches stays until the page is read again, and newcomers wait to be asked for.
 */
import { SvelteSet } from 'svelte/reactivity';
import type { User, UserFeedData } from '#lib/graphql/documents.ts';

export class Row {
	user = $state.raw<User>() as User;
	/** Grows with every change from elsewhere: the row glows once for each. */
	changes = $state(0);
	/** Deleted, filtered out, or no longer visible. */
	left = $state(false);

	constructor(user: User) {
		this.user = user;
	}
}

export class UserList {
	readonly rows: readonly Row[];
	/** Who came into view since the page was read. */
	readonly fresh = new SvelteSet<string>();
	readonly #byId: ReadonlyMap<string, Row>;
	readonly #total: number;
	#gone = new SvelteSet<string>();
	/** Who a snapshot that is still coming has named; null where none comes. */
	#snapshot: Set<string> | null = null;

	constructor(users: readonly User[], total = 0) {
		this.rows = users.map((user) => new Row(user));
		// Made once and never changed: it needs no signals.
		// eslint-disable-next-line svelte/prefer-svelte-reactivity
		this.#byId = new Map(this.rows.map((row) => [row.user.id, row]));
		this.#total = total;
	}

	get total(): number {
		return Math.max(0, this.#total + this.fresh.size - this.#gone.size);
	}

	row(id: string): Row | undefined {
		return this.#byId.get(id);
	}

	/** Until the next FeedReady the feed tells everybody who matches, not only who came into view since. */
	awaitSnapshot(): void {
		// Nobody shows it: it needs no signals.
		// eslint-disable-next-line svelte/prefer-svelte-reactivity
		this.#snapshot = new Set();
	}

	/** Takes in a message of the feed; true for what says that nothing older is missing. */
	apply(message: UserFeedData['userFeed']): boolean {
		switch (message.__typename) {
			case 'UserEntered':
				this.#snapshot?.add(message.user.id);
				if (!this.#snapshot || this.#byId.has(message.user.id)) this.#enter(message.user);
				return false;
			case 'UserChanged':
				this.update(message.user);
				return false;
			case 'UserLeft':
				this.#snapshot?.delete(message.userId);
				this.#leave(message.userId);
				return false;
			case 'FeedReady':
				this.#compare();
				return true;
			default:
				return true;
		}
	}

	/** A newer version of somebody; older ones change nothing. Returns whether the row changed. */
	update(user: User, glow = true): boolean {
		const row = this.#byId.get(user.id);
		if (!row || user.version < row.user.version) return false;
		const differs = user.version > row.user.version;
		row.user = user;
		if (differs && glow) row.changes += 1;
		return differs;
	}

	/** Shows a change before the API has confirmed it; returns what takes it back. */
	expect(id: string, change: Partial<User>): () => void {
		const row = this.#byId.get(id);
		if (!row) return () => {};
		const before = row.user;
		const expected = { ...before, ...change };
		row.user = expected;
		return () => {
			if (row.user === expected) row.user = before;
		};
	}

	/** Whoever stands on the page and was not in the snapshot has left. */
	#compare(): void {
		const named = this.#snapshot;
		this.#snapshot = null;
		if (!named) return;
		for (const { user } of this.rows) if (!named.has(user.id)) this.#leave(user.id);
	}

	#enter(user: User): void {
		const row = this.#byId.get(user.id);
		if (!row) {
			this.fresh.add(user.id);
			return;
		}
		this.#gone.delete(user.id);
		const back = row.left;
		row.left = false;
		if (!this.update(user) && back) row.changes += 1;
	}

	#leave(id: string): void {
		if (this.fresh.delete(id)) return;
		const row = this.#byId.get(id);
		if (row?.left) return;
		this.#gone.add(id);
		if (row) row.left = true;
	}
}
