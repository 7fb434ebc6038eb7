/** The words of what a user's own page and one's account have in common: loaded before either is shown. */
import { enRecord } from './en-record.ts';
import type { Locale } from './locale.ts';
import type { RecordMessages } from './types.ts';

const loaded: Partial<Record<Locale, RecordMessages>> = {};

export async function loadRecordMessages(locale: Locale): Promise<void> {
	if (locale === 'de') loaded.de ??= (await import('./de-record.ts')).deRecord;
}

export const recordMessages = (locale: Locale): RecordMessages => loaded[locale] ?? enRecord;
