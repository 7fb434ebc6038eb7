/** The words of the log, for the pages that show some of it. */
import { enEvents } from './en-events.ts';
import type { Locale } from './locale.ts';
import type { EventMessages } from './types.ts';

export async function loadEventMessages(locale: Locale): Promise<EventMessages> {
	return locale === 'de' ? (await import('./de-events.ts')).deEvents : enEvents;
}
