/** The built-in views of the log: its groups of events. */
import type { Messages } from '#lib/messages/types.ts';
import type { ViewTab } from '#lib/types/view.ts';
import type { ViewedList } from '#lib/utils/views.ts';
import { activity, type ActivityQuery } from './address.ts';
import { OFFERED, type EventGroup } from './words.ts';

export const eventList: ViewedList<ActivityQuery> = {
	path: activity.path,
	parse: (params) => activity.parse(params),
	search: (query, changes) => activity.search(query, changes)
};

/** A group that only a figure of the overview leads to has a tab while it is shown. `named` and `view`: as for `userTabs`. */
export function eventTabs(
	m: Messages,
	query: ActivityQuery,
	{ named, view }: { named: boolean; view: string }
): ViewTab[] {
	const kept: Partial<ActivityQuery> = named ? {} : query;
	const { group: shown } = kept;
	const groups: (EventGroup | null)[] = [null, ...OFFERED];
	if (shown && !OFFERED.includes(shown)) groups.push(shown);
	return groups.map((group) => ({
		name: m.event.groups[group ?? 'all'],
		href: activity.href(kept, { group, types: null, view }),
		current: !named && query.group === group && !query.types
	}));
}
