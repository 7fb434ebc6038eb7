import { loadChangeMessages } from '#lib/messages/change.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ data, parent }) => ({
	...data,
	words: await loadChangeMessages((await parent()).locale)
});
