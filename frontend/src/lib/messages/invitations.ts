/** The words of the invitations: they come with their page, few enough to come in both languages. */
import { deInvitations } from './de-invitations.ts';
import { enInvitations } from './en-invitations.ts';
import type { Locale } from './locale.ts';
import type { InvitationMessages } from './types.ts';

export const invitationMessages = (locale: Locale): InvitationMessages =>
	locale === 'de' ? deInvitations : enInvitations;
