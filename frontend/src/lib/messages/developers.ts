/** The words that only the API page needs. */
import { enDevelopers } from './en-developers.ts';
import type { Locale } from './locale.ts';
import type { DevelopersMessages } from './types.ts';

export async function loadDevelopersMessages(locale: Locale): Promise<DevelopersMessages> {
	return locale === 'de' ? (await import('./de-developers.ts')).deDevelopers : enDevelopers;
}
