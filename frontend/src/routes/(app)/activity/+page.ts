import { loadEventMessages } from '#lib/messages/events.ts';
import type { PageLoad } from './$types';

/** The panel of filters is part of the page where no script can load it. */
export const load: PageLoad = async ({ data, parent }) => ({
	...data,
	words: await loadEventMessages((await parent()).locale),
	panel: import.meta.env.SSR ? (await import('#lib/components/ui/FilterPanel.svelte')).default : null
});
