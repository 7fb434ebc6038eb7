import { firstSteps } from '#lib/messages/first.ts';
import type { Locale } from '#lib/messages/locale.ts';
import { isFiltered } from '#lib/utils/user/address.ts';
import type { PageLoad } from './$types';

/** The panels of filters and of views, which are part of the page where no script can load them. */
async function panels(locale: Locale) {
	const [{ default: Panel }, words, { part }] = await Promise.all([
		import('#lib/components/ui/FilterPanel.svelte'),
		import('#lib/utils/user/filter-words.ts'),
		import('#lib/components/ui/view-panel.ts')
	]);
	return { filters: { Panel, words }, views: await part(locale) };
}

export const load: PageLoad = async ({ data, parent }) => {
	const steps = () => import('#lib/components/user/FirstSteps.svelte');
	const others = isFiltered(data.query) || data.total !== 1;
	return {
		...data,
		panels: import.meta.env.SSR ? await panels((await parent()).locale) : null,
		bar: import.meta.env.SSR ? (await import('#lib/components/user/BulkBar.svelte')).default : null,
		empty: data.rows.length ? null : (await import('#lib/components/user/NoUsers.svelte')).default,
		// The component that shows a user beside the list, if the address names one.
		peekPart: data.peek
			? await (await import('#lib/components/user/peek.ts')).loadPeek((await parent()).locale)
			: null,
		first: others ? null : await firstSteps(data.total, steps, (await parent()).locale)
	};
};
