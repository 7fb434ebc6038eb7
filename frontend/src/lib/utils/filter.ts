/** What a filter of a list is: its place in the address, its words, and what it asks of the API. */
import type { Messages } from '#lib/messages/types.ts';
import type { Param } from './address.ts';
import { PRESETS, dayRange, type Bounds, type DayRange, type Moments } from './days.ts';

export interface Filter<T, Asked, Right = never> {
	param: Param<T | null>;
	/** The texts of its choices, as the address has them. */
	values: readonly string[];
	/** A choice in words. */
	word(m: Messages, value: string): string;
	/** What it asks of the API. */
	asks(value: T, bounds: Bounds): Asked;
	/** Whether choosing one takes the place of the others. */
	single?: boolean;
	/** Only for those who have it. */
	right?: Right;
}

/** A filter by days, with the arguments of the API that begin and end the range. */
export function byDays<Asked>(name: string, asks: (moments: Moments) => Asked): Filter<DayRange, Asked> {
	return {
		param: dayRange(name),
		values: PRESETS,
		word: (m, value) => m.days.presets[value as (typeof PRESETS)[number]],
		asks: (range, bounds) => asks(bounds(range)),
		single: true
	};
}

const YES_NO = ['yes', 'no'] as const;
/** The rest of a filter by a flag. */
export const eitherWay = { values: YES_NO, single: true } as const;

/** The texts of the bar and its panel. */
export function filterWords(m: Messages) {
	return {
		...m.filter,
		from: m.days.from,
		to: m.days.to,
		apply: m.common.apply,
		close: m.common.close,
		clear: m.users.clearFilters
	};
}
