/** The filters of the log that are chosen in its panel. A new filter is an entry here. */
import type { EventFilter, EventType } from '#lib/graphql/documents.ts';
import { eventTypeMessages } from '#lib/messages/event-types.ts';
import type { EventTypeMessages, Messages } from '#lib/messages/types.ts';
import { severalOf } from '#lib/utils/address.ts';
import { byDays, type Filter } from '#lib/utils/filter.ts';
import { TYPES } from './words.ts';

function filter<T>(one: Filter<T, EventFilter>): Filter<T, EventFilter> {
	return one;
}

const nameOf = (m: EventTypeMessages, type: string) => m.types[type as EventType];

export const FILTERS = {
	when: filter(byDays('when', ({ from, until }) => ({ occurredAfter: from, occurredBefore: until }))),
	types: filter({
		param: severalOf('type', TYPES),
		values: TYPES,
		word: (m: Messages, one) => nameOf(eventTypeMessages(m.locale), one),
		asks: (types) => ({ types: [...types] })
	})
};
export type FilterKey = keyof typeof FILTERS;
export const FILTER_KEYS = Object.keys(FILTERS) as FilterKey[];
export const anyFilter: Record<FilterKey, Filter<unknown, EventFilter>> = FILTERS;
