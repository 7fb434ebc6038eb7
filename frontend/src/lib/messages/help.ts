/** The words that only the help page needs. */
import { enHelp } from './en-help.ts';
import type { Locale } from './locale.ts';
import type { HelpMessages } from './types.ts';

export async function loadHelpMessages(locale: Locale): Promise<HelpMessages> {
	return locale === 'de' ? (await import('./de-help.ts')).deHelp : enHelp;
}
