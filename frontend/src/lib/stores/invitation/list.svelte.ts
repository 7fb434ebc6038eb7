/** Invitations that were not accepted. One that has ended stays where it was, greyed, and a new one comes first. */
import { Invitations, UserEvents, type EventType, type InvitationRow } from '#lib/graphql/documents.ts';
import type { Live } from '#lib/stores/live/live.svelte.ts';
import { Rows } from '#lib/stores/rows.svelte.ts';
import { run } from '#lib/utils/graphql.ts';
import { invitationsPage, type InvitationQuery } from '#lib/utils/invitation/address.ts';

const TYPES: EventType[] = ['INVITATION_SENT', 'INVITATION_ACCEPTED', 'INVITATION_WITHDRAWN'];

export class InvitationList extends Rows<InvitationRow> {
	readonly #query: InvitationQuery;

	constructor(invitations: readonly InvitationRow[], query: InvitationQuery) {
		super(invitations, { order: 'newestFirst' });
		this.#query = query;
	}

	/** Takes in a page as it was just read, newest first. */
	merge(invitations: readonly InvitationRow[]): void {
		const found = invitations.map(({ id }) => id);
		for (const { stored } of this.rows) if (!found.includes(stored.id)) this.leave(stored.id);
		for (const invitation of invitations.toReversed()) {
			this.enter(invitation);
			this.update(invitation);
		}
	}

	/** Reads the page again whenever an invitation was sent or ended; the events do not have their addresses. */
	follow(live: Live, after: string): () => void {
		return live.follow(UserEvents, { filter: { types: TYPES }, after }, { event: () => void this.#read() });
	}

	async #read(): Promise<void> {
		const read = await run(Invitations, invitationsPage(this.#query)).catch(() => null);
		if (read) this.merge(read.invitations.edges.map(({ node }) => node));
	}
}
