/** A filter as it is shown: in its panel, and in words where it is in force. */
import type { Messages } from '#lib/messages/types.ts';
import type { FilterField } from '#lib/types/filter.ts';
import { PRESETS, type Days } from './days.ts';
import type { Filter } from './filter.ts';
import type { Formats } from './format.ts';

type Any<Asked> = Filter<unknown, Asked, unknown>;
const isDays = (value: unknown): value is Days =>
	typeof value === 'object' && value !== null && 'from' in value;

/** A filter as its panel shows it. */
export function filterField<Asked>(
	m: Messages,
	label: string,
	filter: Any<Asked>,
	value: unknown
): FilterField {
	const { param, values, word, single = false } = filter;
	const chosen = param.print(value).split(',');
	const days = values === PRESETS ? (isDays(value) ? value : { from: null, to: null }) : null;
	return {
		name: param.name,
		label,
		options: values.map((one) => ({ value: one, word: word(m, one), chosen: chosen.includes(one) })),
		single,
		days: days && { from: days.from ?? '', to: days.to ?? '' }
	};
}

/** What a filter in force lets through, in words. */
export function filterText<Asked>(m: Messages, f: Formats, filter: Any<Asked>, value: unknown): string {
	if (isDays(value)) return daysText(m, f, value);
	return filter.param
		.print(value)
		.split(',')
		.map((one) => filter.word(m, one))
		.join(', ');
}

function daysText(m: Messages, f: Formats, { from, to }: Days): string {
	if (!to) return m.days.since(f.calendarDay(from!));
	if (!from) return m.days.until(f.calendarDay(to));
	return from === to ? f.calendarDay(from) : m.days.between(f.calendarDay(from), f.calendarDay(to));
}
