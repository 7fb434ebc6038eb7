import { loadEventMessages } from '#lib/messages/events.ts';
import { loadRecordMessages } from '#lib/messages/record.ts';
import { can } from '#lib/utils/user/rights.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ data, parent }) => {
	const { locale, viewer } = await parent();
	const [words, part] = await Promise.all([
		loadEventMessages(locale),
		can(viewer, 'users.change') ? import('#lib/components/user/UserAccess.svelte') : null,
		loadRecordMessages(locale)
	]);
	return { ...data, words, UserAccess: part?.default };
};
