import { loadImportMessages } from '#lib/messages/import.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ data, parent }) => ({
	...data,
	words: await loadImportMessages((await parent()).locale)
});
