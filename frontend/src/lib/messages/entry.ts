/** The words of the pages before sign-in. */
import { enEntry } from './en-entry.ts';
import type { Locale } from './locale.ts';
import type { EntryMessages } from './types.ts';

export async function loadEntryMessages(locale: Locale): Promise<EntryMessages> {
	return locale === 'de' ? (await import('./de-entry.ts')).deEntry : enEntry;
}
