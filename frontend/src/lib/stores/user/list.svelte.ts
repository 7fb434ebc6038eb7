/** One page of the directory, kept current by its feed. */
import { UserFeed, type User, type UserFilter } from '#lib/graphql/documents.ts';
import type { BulkRequest } from '#lib/types/actions.ts';
import { run } from '#lib/utils/graphql.ts';
import { expectedChange } from '#lib/utils/user/expected.ts';
import type { Act } from './bulk.svelte.ts';
import type { EventOf, Live } from '#lib/stores/live/live.svelte.ts';
import { Rows, type ListRules } from '#lib/stores/rows.svelte.ts';
import type { UserFeedData } from '#lib/graphql/documents.ts';

type Change = EventOf<UserFeedData>;

export interface UserFeedQuery {
	search: string | null;
	filter: UserFilter | null;
	after: string | null;
}

const RULES: ListRules<User, Change> = {
	order: 'asRead',
	apply(rows, change) {
		if (change.__typename === 'UserLeft') rows.leave(change.userId);
		else if (change.__typename === 'UserEntered') rows.enter(change.user);
		else rows.update(change.user);
	}
};

export class UserList extends Rows<User, Change> {
	readonly #read: number;

	/** `total`: how many there were on all pages, or, unless it is `exact`, about how many. */
	constructor(
		users: readonly User[],
		total = users.length,
		readonly exact = true
	) {
		super(users, RULES, total);
		this.#read = total;
	}

	/** An estimate stays as it was read: it is not better by one. */
	override get total(): number {
		return this.exact ? super.total : this.#read;
	}

	/** One user's part of an action: shown at once, reverted when refused. Calls `done` with the user's id after a success. */
	act(asked: BulkRequest, done: (id: string) => void): Act {
		return async (user) => {
			const confirmed = this.row(user.id)?.showPending(expectedChange(asked));
			try {
				const { carryOut } = await import('#lib/utils/user/carry-out.ts');
				const result = await carryOut(run, user, asked);
				if (result.kind !== 'refused') {
					this.update(result.user, false);
					done(user.id);
				}
				return result;
			} finally {
				confirmed?.();
			}
		};
	}

	/** Follows the feed until the returned function is called; presence, which no log has, is read after each break. */
	follow(live: Live, query: UserFeedQuery): () => void {
		// Where presence decides who matches, only a snapshot names those who match.
		const anew = (query.filter?.online ?? null) !== null;
		const stops = [
			live.follow(UserFeed, anew ? { ...query, after: null } : query, {
				begin: () => anew && this.beginSnapshot(),
				ready: () => this.endSnapshot(),
				event: (change) => this.apply(change)
			}),
			live.onReconnect(async () => {
				for (const user of await live.presence.refresh(this.rows.map((row) => row.stored.id)))
					this.update(user);
			})
		];
		return () => {
			for (const stop of stops) stop();
		};
	}
}
