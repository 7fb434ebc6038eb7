import { loadEventMessages } from '#lib/messages/events.ts';
import { firstSteps } from '#lib/messages/first.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ data, parent }) => {
	const { locale } = await parent();
	const steps = () => import('#lib/components/user/FirstSteps.svelte');
	return {
		...data,
		words: await loadEventMessages(locale),
		first: await firstSteps(data.stats.total, steps, locale)
	};
};
