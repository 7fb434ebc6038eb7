/** Where somebody is signed in. No row moves: an ended session stays, greyed, and a new one comes last. */
import type { SessionPage, SessionRow } from '#lib/graphql/documents.ts';
import { Rows } from '#lib/stores/rows.svelte.ts';

export class Sessions extends Rows<SessionRow> {
	constructor(page: SessionPage) {
		super(
			page.edges.map(({ node }) => node),
			{ order: 'newestLast' }
		);
		this.hasMore = page.pageInfo.hasNextPage;
	}

	/** How many could be ended from here: one's own current session is not among them. */
	get endable(): number {
		return this.rows.filter((row) => !row.left && !row.current.current).length;
	}

	/** Takes in the sessions as they were just read; what such a page has no room for may still be alive. */
	merge(page: SessionPage): void {
		this.hasMore = page.pageInfo.hasNextPage;
		const oldest = this.hasMore ? (page.edges.at(-1)?.node.createdAt ?? '') : '';
		// Made for this call alone: it needs no signals.
		// eslint-disable-next-line svelte/prefer-svelte-reactivity
		const found = new Map(page.edges.map(({ node }) => [node.id, node]));
		for (const row of this.rows) {
			const session = found.get(row.stored.id);
			if (session) row.update(session);
			if (session || row.stored.createdAt >= oldest) row.hasLeft = !session;
			found.delete(row.stored.id);
		}
		for (const session of found.values()) this.enter(session);
	}

	/** Shows the session, or all but the current one, as ended before the API has answered. */
	showEnding(id?: string): { confirm(): void; undo(): void } {
		const ending = this.rows.filter((row) => !row.left && (id ? row.stored.id === id : !row.stored.current));
		const ends = ending.map((row) => row.showLeaving());
		const undo = () => ends.forEach((end) => end());
		return {
			confirm: () => {
				for (const row of ending) row.hasLeft = true;
				undo();
			},
			undo
		};
	}
}
