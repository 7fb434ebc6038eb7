/** The words that only the import needs. */
import { enImport } from './en-import.ts';
import type { Locale } from './locale.ts';
import type { ImportMessages } from './types.ts';

export async function loadImportMessages(locale: Locale): Promise<ImportMessages> {
	return locale === 'de' ? (await import('./de-import.ts')).deImport : enImport;
}
