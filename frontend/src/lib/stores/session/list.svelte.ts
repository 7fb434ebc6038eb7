/** Where somebody is signed in. No row moves: an ended session stays, greyed, and a new one goes to the end. */
import type { SessionPage, SessionRow } from '#lib/graphql/documents.ts';

export class SessionItem {
	session = $state.raw<SessionRow>() as SessionRow;
	ended = $state(false);
	/** 1 for a session that began while the page was open: it glows. */
	fresh: number;
	/** Asked to end, not confirmed yet: what is read meanwhile does not revive it. */
	ending = false;

	constructor(session: SessionRow, fresh = 0) {
		this.session = session;
		this.fresh = fresh;
	}
}

export class Sessions {
	items = $state.raw<SessionItem[]>([]);
	/** Whether there are more, older ones than are shown. */
	cut = $state(false);

	constructor(page: SessionPage) {
		this.items = page.edges.map(({ node }) => new SessionItem(node));
		this.cut = page.pageInfo.hasNextPage;
	}

	/** How many have not ended. */
	get live(): number {
		return this.items.filter((item) => !item.ended).length;
	}

	/** How many could be ended from here: one's own current session is not among them. */
	get endable(): number {
		return this.items.filter((item) => !item.ended && !item.session.current).length;
	}

	/** Takes in the sessions as they were just read; what such a page has no room for may still be alive. */
	merge(page: SessionPage): void {
		this.cut = page.pageInfo.hasNextPage;
		const oldest = this.cut ? (page.edges.at(-1)?.node.createdAt ?? '') : '';
		// Made for this call alone: it needs no signals.
		// eslint-disable-next-line svelte/prefer-svelte-reactivity
		const found = new Map(page.edges.map(({ node }) => [node.id, node]));
		for (const item of this.items) {
			const session = found.get(item.session.id);
			if (session) item.session = session;
			if (!item.ending && (session || item.session.createdAt >= oldest)) item.ended = !session;
			found.delete(item.session.id);
		}
		if (found.size)
			this.items = [...this.items, ...[...found.values()].map((node) => new SessionItem(node, 1))];
	}

	/** Shows the session, or all but the current one, as ended before the API has confirmed it. */
	expectEnd(id?: string): { confirm(): void; undo(): void } {
		const ending = this.items.filter(
			(item) => !item.ended && (id ? item.session.id === id : !item.session.current)
		);
		for (const item of ending) item.ended = item.ending = true;
		const settle = (ended: boolean) => {
			for (const item of ending) [item.ended, item.ending] = [ended, false];
		};
		return { confirm: () => settle(true), undo: () => settle(false) };
	}
}
