/** The whole catalogue, for the pages behind sign-in; English comes with them, for it is asked for most. */
import { en } from './en.ts';
import type { Locale, Messages } from './index.ts';

export async function loadMessages(locale: Locale): Promise<Messages> {
	return locale === 'de' ? (await import('./de.ts')).de : en;
}
