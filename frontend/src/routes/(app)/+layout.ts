import { loadMessages } from '#lib/messages/all.ts';
import type { LayoutLoad } from './$types';

export const load: LayoutLoad = async ({ data, parent }) => ({
	...data,
	m: await loadMessages((await parent()).locale)
});
