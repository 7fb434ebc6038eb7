/** Ranges of days as an address has them. When they begin and end: moments.ts. */
import type { Fields, Param } from './address.ts';

/** Both ends included, as 2026-11-24; null is open. */
export interface Days {
	from: string | null;
	to: string | null;
}

export const PRESETS = ['today', '7d', '30d', '90d', 'month', 'last-month'] as const;
/** Days that move with the calendar: `7d` are today and the six days before. */
export type Preset = (typeof PRESETS)[number];
export type DayRange = Preset | Days;

/** ISO moments: the first of a range, and the first after it. */
export interface Moments {
	from: string | null;
	until: string | null;
}
/** The moments between which a range lies, in the visitor's zone. */
export type Bounds = (range: DayRange) => Moments;

const FIRST_DAY = '1970-01-01';
const LAST_DAY = '2199-12-31';

function dayOf(text: string): string | null {
	const known = /^\d{4}-\d\d-\d\d$/.test(text) && text >= FIRST_DAY && text <= LAST_DAY;
	return known && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) ? text : null;
}

function parseRange(text: string): DayRange | null {
	const preset = PRESETS.find((one) => one === text);
	if (preset) return preset;
	const [from = null, to = null] = text.split('..').map(dayOf);
	if (!from && !to) return null;
	return from && to && from > to ? { from: to, to: from } : { from, to };
}

/** A range of days: `30d`, `2026-10-01..2026-10-31`, or open at one end. A form has two fields for its days. */
export function dayRange(name: string): Param<DayRange | null> {
	return {
		name,
		gather(params: Fields) {
			const [from, to] = [params.get(`${name}-from`), params.get(`${name}-to`)];
			return from || to ? `${from ?? ''}..${to ?? ''}` : (params.getAll(name).at(-1) ?? '');
		},
		parse: parseRange,
		print(value) {
			if (value === null || typeof value === 'string') return value ?? '';
			return `${value.from ?? ''}..${value.to ?? ''}`;
		}
	};
}

/** The last moment before one, by a clock of microseconds, as the API's is: "later than" it is "from" the other. */
export const justBefore = (moment: string | null) =>
	moment && new Date(Date.parse(moment) - 1).toISOString().replace('Z', '999Z');
