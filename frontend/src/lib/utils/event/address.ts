/** The activity page's address: which events, about whom, and where in the log one is. */
import type { EventFilter, EventsVariables } from '#lib/graphql/documents.ts';
import { Address, id, oneOf, oneOfOr, text, windowOf, type Position } from '#lib/utils/address.ts';
import type { Bounds } from '#lib/utils/days.ts';
import { LOOK } from '#lib/utils/look.ts';
import { moment } from './moment.ts';
import { FILTERS, FILTER_KEYS, anyFilter } from './filters.ts';
import { GROUPS, type EventGroup } from './words.ts';

export const PAGE_SIZE = 50;

const asked = {
	group: oneOf('show', Object.keys(GROUPS) as EventGroup[]),
	about: id('about'),
	/** Who did it. */
	by: id('by'),
	/** The id of what it happened to: a user, a session, an API key. */
	subject: id('subject'),
	when: FILTERS.when.param,
	types: FILTERS.types.param,
	/** The moments between which a figure has counted; they come before `when`. */
	since: moment('since'),
	until: moment('until')
};
/** The address of the activity page; `about` is the id of a user. */
export const activity = new Address('/activity', { ...asked, ...LOOK });
export const EXPORTS = ['csv', 'ndjson'] as const;
/** The same events, all of them, as a file. */
export const activityExport = new Address('/activity/export', {
	...asked,
	format: oneOfOr('format', EXPORTS, 'csv')
});
/** What the page is asked without script: which user is meant by a name or an email, as the one concerned or the one who did it. */
export const activityFind = new Address('/activity', { who: text('who'), actor: text('actor') });
export type ActivityQuery = ReturnType<typeof activity.parse>;
/** What is asked, however it looks. */
type Asked = Omit<ActivityQuery, keyof typeof LOOK>;

export function isNewest({ after, before }: Position): boolean {
	return !after && !before;
}

/** The change that leaves nothing out. */
export const EVERYTHING = {
	group: null,
	about: null,
	by: null,
	subject: null,
	when: null,
	types: null,
	since: null,
	until: null
} as const;

/** What the address asks of the API. Types that are chosen one by one come before a group of them. */
export function activityFilter(query: Asked, bounds: Bounds): EventFilter | null {
	const filter: EventFilter = {};
	for (const key of FILTER_KEYS)
		if (query[key] !== null) Object.assign(filter, anyFilter[key].asks(query[key], bounds));
	if (query.by) filter.actorId = query.by;
	if (query.subject) filter.subjectId = query.subject;
	if (query.group && !query.types) filter.types = [...GROUPS[query.group]];
	if (query.about) filter.userId = query.about;
	if (query.since) filter.occurredAfter = query.since;
	if (query.until) filter.occurredBefore = query.until;
	return Object.keys(filter).length ? filter : null;
}

export function activityVariables(query: Asked, bounds: Bounds, size = PAGE_SIZE): EventsVariables {
	return { ...windowOf(query, size), filter: activityFilter(query, bounds) };
}
