/** The whole state of the activity page as an address: which events, about whom, and where in the log one is. */
import type { EventFilter, EventsVariables } from '#lib/graphql/documents.ts';
import { GROUPS, type EventGroup } from './words.ts';

export const PAGE_SIZE = 50;

export interface ActivityQuery {
	group: EventGroup | null;
	/** The id of the user it is about. */
	about: string | null;
	after: string | null;
	before: string | null;
}

type Params = Pick<URLSearchParams, 'get'>;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What an address asks for; whatever is not understood is left out. */
export function parseActivity(params: Params): ActivityQuery {
	const about = params.get('about') ?? '';
	return {
		group: (Object.keys(GROUPS) as EventGroup[]).find((key) => key === params.get('show')) ?? null,
		about: UUID.test(about) ? about.toLowerCase() : null,
		after: params.get('after') || null,
		before: params.get('before') || null
	};
}

/** The address of a state; `changes` other than a position go back to the newest. */
export function activityHref(query: ActivityQuery, changes: Partial<ActivityQuery> = {}): string {
	const next = { ...query, after: null, before: null, ...changes };
	const params = new URLSearchParams();
	const entries = { show: next.group, about: next.about, after: next.after, before: next.before };
	for (const [key, value] of Object.entries(entries)) if (value) params.set(key, value);
	return params.size ? `/activity?${params}` : '/activity';
}

export function isNewest(query: ActivityQuery): boolean {
	return !query.after && !query.before;
}

export function activityFilter(query: ActivityQuery): EventFilter | null {
	const filter: EventFilter = {};
	if (query.group) filter.types = [...GROUPS[query.group]];
	if (query.about) filter.userId = query.about;
	return Object.keys(filter).length ? filter : null;
}

export function activityVariables(query: ActivityQuery, size = PAGE_SIZE): EventsVariables {
	const window = query.before ? { last: size, before: query.before } : { first: size, after: query.after };
	return { ...window, filter: activityFilter(query) };
}
