/** The words of views: the server has them, and the browser loads them with the panel. */
import type { Locale } from './locale.ts';
import type { ViewMessages } from './types.ts';

export async function loadViewMessages(locale: Locale): Promise<ViewMessages> {
	return locale === 'de' ? (await import('./de-views.ts')).deViews : (await import('./en-views.ts')).enViews;
}
