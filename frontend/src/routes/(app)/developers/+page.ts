import { loadDevelopersMessages } from '#lib/messages/developers.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ data, parent }) => ({
	...data,
	words: await loadDevelopersMessages((await parent()).locale)
});
