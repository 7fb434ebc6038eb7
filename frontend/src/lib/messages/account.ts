/** The words of one's own account: they come with its page, few enough to come in both languages. */
import { deAccount } from './de-account.ts';
import { enAccount } from './en-account.ts';
import type { Locale } from './locale.ts';
import type { AccountMessages } from './types.ts';

export const accountMessages = (locale: Locale): AccountMessages => (locale === 'de' ? deAccount : enAccount);
