import { loadEventMessages } from '#lib/messages/events.ts';
import type { Locale } from '#lib/messages/locale.ts';
import type { PageLoad } from './$types';

/** The panels of filters and of views, which are part of the page where no script can load them. */
async function panels(locale: Locale) {
	const [{ default: filters }, { part }] = await Promise.all([
		import('#lib/components/ui/FilterPanel.svelte'),
		import('#lib/components/ui/view-panel.ts')
	]);
	return { filters, views: await part(locale) };
}

export const load: PageLoad = async ({ data, parent }) => {
	const { locale } = await parent();
	return {
		...data,
		words: await loadEventMessages(locale),
		panels: import.meta.env.SSR ? await panels(locale) : null
	};
};
