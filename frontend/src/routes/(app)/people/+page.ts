import { firstSteps } from '#lib/messages/first.ts';
import type { Locale } from '#lib/messages/locale.ts';
import { isFiltered } from '#lib/utils/user/address.ts';
import type { PageLoad } from './$types';

/** What is part of the page where no script can load it: the panels of filters and of views, and the bulk actions. */
const loaded = import.meta.env.SSR
	? Promise.all([
			import('#lib/components/ui/FilterPanel.svelte'),
			import('#lib/utils/user/filter-words.ts'),
			import('#lib/components/ui/view-panel.ts'),
			import('#lib/components/user/BulkBar.svelte')
		])
	: null;

async function withoutScript(parent: () => Promise<{ locale: Locale }>) {
	if (!loaded) return { panels: null, bar: null };
	const [{ default: Panel }, words, { part }, { default: bar }] = await loaded;
	return { panels: { filters: { Panel, words }, views: await part((await parent()).locale) }, bar };
}

export const load: PageLoad = async ({ data, parent }) => {
	const steps = () => import('#lib/components/user/FirstSteps.svelte');
	const others = isFiltered(data.query) || data.total !== 1;
	return {
		...data,
		...(await withoutScript(parent)),
		empty: data.rows.length ? null : (await import('#lib/components/user/NoUsers.svelte')).default,
		// The component that shows a user beside the list, if the address names one.
		peekPart: data.peek
			? await (await import('#lib/components/user/peek.ts')).loadPeek((await parent()).locale)
			: null,
		first: others ? null : await firstSteps(data.total, steps, (await parent()).locale)
	};
};
