/** The filters of the log as they are shown. */
import type { EventMessages, Messages } from '#lib/messages/types.ts';
import type { Chip, FilterField } from '#lib/types/filter.ts';
import { filterField, filterText } from '#lib/utils/filter-words.ts';
import type { Formats } from '#lib/utils/format.ts';
import { activity, type ActivityQuery } from './address.ts';
import { FILTER_KEYS, anyFilter } from './filters.ts';

export function eventFilterFields(common: Messages, m: EventMessages, query: ActivityQuery): FilterField[] {
	return FILTER_KEYS.map((key) => filterField(common, m.activity.filters[key], anyFilter[key], query[key]));
}

/** The filters in force; `actor`: the name of the one who did it. */
export function eventChips(
	common: Messages,
	m: EventMessages,
	f: Formats,
	query: ActivityQuery,
	actor: string
): Chip[] {
	const chips: Chip[] = FILTER_KEYS.filter((key) => query[key] !== null).map((key) => ({
		name: anyFilter[key].param.name,
		label: m.activity.filters[key],
		text: filterText(common, f, anyFilter[key], query[key]),
		without: activity.href(query, { [key]: null })
	}));
	if (query.by)
		chips.push({
			name: 'by',
			label: common.event.actor,
			text: actor,
			without: activity.href(query, { by: null })
		});
	if (query.subject)
		chips.push({
			name: 'subject',
			label: m.activity.filters.subject,
			text: query.subject,
			without: activity.href(query, { subject: null })
		});
	return chips;
}
