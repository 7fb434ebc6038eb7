/** One page of the directory, kept current by its feed. */
import { UserFeed, type User, type UserFilter } from '#lib/graphql/documents.ts';
import type { EventOf, Live } from '#lib/stores/live/live.svelte.ts';
import { Rows } from '#lib/stores/rows.svelte.ts';
import type { UserFeedData } from '#lib/graphql/documents.ts';

type Change = EventOf<UserFeedData>;

export interface UserFeedQuery {
	search: string | null;
	filter: UserFilter | null;
	after: string | null;
}

export class UserList extends Rows<User> {
	apply(change: Change): void {
		if (change.__typename === 'UserLeft') this.leave(change.userId);
		else if (change.__typename === 'UserEntered') this.enter(change.user);
		else this.update(change.user);
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
