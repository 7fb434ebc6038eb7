/** Invitations that were not accepted. */
import { Invitations, UserEvents, type EventType, type InvitationRow } from '#lib/graphql/documents.ts';
import type { Live } from '#lib/stores/live/live.svelte.ts';
import { MergedRows } from '#lib/stores/merged-rows.svelte.ts';
import { run } from '#lib/utils/graphql.ts';
import { invitationsPage, type InvitationQuery } from '#lib/utils/invitation/address.ts';

const TYPES: EventType[] = ['INVITATION_SENT', 'INVITATION_ACCEPTED', 'INVITATION_WITHDRAWN'];

export class InvitationList extends MergedRows<InvitationRow> {
	readonly #query: InvitationQuery;

	constructor(invitations: readonly InvitationRow[], query: InvitationQuery) {
		super(invitations);
		this.#query = query;
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
