/** The panel of views and its words. */
import type { Locale } from '#lib/messages/locale.ts';
import { loadViewMessages } from '#lib/messages/views.ts';
import Panel from './ViewPanel.svelte';

export async function part(locale: Locale) {
	return { Panel, m: await loadViewMessages(locale) };
}
