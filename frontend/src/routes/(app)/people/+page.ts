import { firstSteps } from '#lib/messages/first.ts';
import { isFiltered } from '#lib/utils/user/address.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ data, parent }) => {
	const steps = () => import('#lib/components/user/FirstSteps.svelte');
	const others = isFiltered(data.query) || data.total !== 1;
	return {
		...data,
		// Part of the page where no script can load it.
		panel: import.meta.env.SSR ? (await import('#lib/components/ui/FilterPanel.svelte')).default : null,
		first: others ? null : await firstSteps(data.total, steps, (await parent()).locale)
	};
};
