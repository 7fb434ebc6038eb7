import { loadEventMessages } from '#lib/messages/events.ts';
import { loadRecordMessages } from '#lib/messages/record.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ data, parent }) => {
	const { locale } = await parent();
	const [words] = await Promise.all([loadEventMessages(locale), loadRecordMessages(locale)]);
	return { ...data, words };
};
