/** The forms of invitations. */
import type { InvitationRow, Role, User } from '#lib/graphql/documents.ts';

/** What was entered of an invitation that was not sent; `holder` is the user who has the address. */
export interface TypedInvitation {
	email: string;
	displayName: string;
	role: Role;
	holder: User | null;
}

export interface InvitationForms {
	invite: { done: InvitationRow; kept: TypedInvitation };
	/** The invitation that was withdrawn. */
	withdraw: { done: string; kept: null };
}
