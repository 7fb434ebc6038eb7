/** The words that only the explorer needs; none of them is read before it is shown. */
import type { Locale } from './locale.ts';
import type { ExplorerMessages } from './types.ts';

export async function loadExplorerMessages(locale: Locale): Promise<ExplorerMessages> {
	return locale === 'de'
		? (await import('./de-explorer.ts')).deExplorer
		: (await import('./en-explorer.ts')).enExplorer;
}
