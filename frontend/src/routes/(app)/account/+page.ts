import { loadRecordMessages } from '#lib/messages/record.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ data, parent }) => {
	await loadRecordMessages((await parent()).locale);
	return data;
};
