/** The whole catalogue, for the pages behind sign-in; English comes with them, for it is asked for most. */
import { en } from './en.ts';
import type { Locale } from './locale.ts';
import type { Messages } from './types.ts';

export async function loadMessages(locale: Locale): Promise<Messages> {
	return locale === 'de' ? (await import('./de.ts')).de : en;
}
