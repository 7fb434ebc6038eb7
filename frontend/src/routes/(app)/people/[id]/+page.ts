import { loadEventMessages } from '#lib/messages/events.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ data, parent }) => ({
	...data,
	words: await loadEventMessages((await parent()).locale)
});
