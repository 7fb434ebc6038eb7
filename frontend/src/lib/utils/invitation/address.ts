/** The address of the invitations: which page of them. */
import { Address, windowOf } from '#lib/utils/address.ts';

export const PAGE_SIZE = 50;
export const invitations = new Address('/people/invitations', {});
export type InvitationQuery = ReturnType<typeof invitations.parse>;

/** What the address asks of the API. */
export const invitationsPage = (query: InvitationQuery) => windowOf(query, PAGE_SIZE);
