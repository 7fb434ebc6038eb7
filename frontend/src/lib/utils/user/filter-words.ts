/** The filters of the directory as they are shown. */
import type { Messages } from '#lib/messages/types.ts';
import type { Chip, FilterField } from '#lib/types/filter.ts';
import { filterField, filterText } from '#lib/utils/filter-words.ts';
import type { Formats } from '#lib/utils/format.ts';
import { FILTER_KEYS, anyFilter, users, type FilterKey, type UserQuery } from './address.ts';
import type { Right } from './rights.ts';

/** The filters that a viewer may use. */
export function filtersFor(viewer: { can(right: Right): boolean }): FilterKey[] {
	return FILTER_KEYS.filter((key) => {
		const { right } = anyFilter[key];
		return !right || viewer.can(right);
	});
}

/** A filter as its panel shows it. */
export function userFilterField(m: Messages, key: FilterKey, query: UserQuery): FilterField {
	return filterField(m, m.users.filter[key], anyFilter[key], query[key]);
}

/** The filters in force. */
export function userChips(m: Messages, f: Formats, query: UserQuery): Chip[] {
	return FILTER_KEYS.filter((key) => query[key] !== null).map((key) => ({
		name: anyFilter[key].param.name,
		label: m.users.filter[key],
		text: filterText(m, f, anyFilter[key], query[key]),
		without: users.href(query, { [key]: null })
	}));
}
