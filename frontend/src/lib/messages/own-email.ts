/** The words of one's own email: they come with the account page, few enough to come in both languages. */
import { deOwnEmail } from './de-own-email.ts';
import { enOwnEmail } from './en-own-email.ts';
import type { Locale } from './locale.ts';
import type { OwnEmailMessages } from './types.ts';

export const ownEmailMessages = (locale: Locale): OwnEmailMessages =>
	locale === 'de' ? deOwnEmail : enOwnEmail;
