/** The activity page's address: which events, about whom, and where in the log one is. */
import type { EventFilter, EventsVariables } from '#lib/graphql/documents.ts';
import { Address, id, oneOf, oneOfOr, text, windowOf, type Position } from '#lib/utils/address.ts';
import { GROUPS, type EventGroup } from './words.ts';

export const PAGE_SIZE = 50;

const asked = {
	group: oneOf('show', Object.keys(GROUPS) as EventGroup[]),
	about: id('about')
};
/** The address of the activity page; `about` is the id of a user. */
export const activity = new Address('/activity', asked);
export const EXPORTS = ['csv', 'ndjson'] as const;
/** The same events, all of them, as a file. */
export const activityExport = new Address('/activity/export', {
	...asked,
	format: oneOfOr('format', EXPORTS, 'csv')
});
/** What the page is asked without script: which user is meant by a name or an email. */
export const activityFind = new Address('/activity', { who: text('who') });
export type ActivityQuery = ReturnType<typeof activity.parse>;

export function isNewest({ after, before }: Position): boolean {
	return !after && !before;
}

export function activityFilter(query: ActivityQuery): EventFilter | null {
	const filter: EventFilter = {};
	if (query.group) filter.types = [...GROUPS[query.group]];
	if (query.about) filter.userId = query.about;
	return Object.keys(filter).length ? filter : null;
}

export function activityVariables(query: ActivityQuery, size = PAGE_SIZE): EventsVariables {
	return { ...windowOf(query, size), filter: activityFilter(query) };
}
