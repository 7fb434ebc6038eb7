/** When ranges of days begin and end in the visitor's zone: asked where lists are read, which is on the server. */
import type { Bounds, DayRange, Days } from './days.ts';

/** A zone and the moment in it, in milliseconds since 1970. */
export interface Now {
	timeZone: string;
	now: number;
}

const DAY_MS = 86_400_000;

/** The day `count` days later. */
function shifted(day: string, count: number): string {
	return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10);
}

const monthOf = (day: string) => `${day.slice(0, 8)}01`;

/** The days of a preset, of which the last is today or has passed. */
export function daysOf(range: DayRange, { timeZone, now }: Now): Days {
	if (typeof range !== 'string') return range;
	const today = new Intl.DateTimeFormat('en-CA', { timeZone }).format(now);
	if (range === 'today') return { from: today, to: null };
	if (range === 'month') return { from: monthOf(today), to: null };
	const end = shifted(monthOf(today), -1);
	if (range === 'last-month') return { from: monthOf(end), to: end };
	return { from: shifted(today, 1 - Number.parseInt(range, 10)), to: null };
}

/** By how many milliseconds the clocks of a zone are ahead of UTC at a moment. */
function offsetAt(moment: number, timeZone: string): number {
	const parts = new Intl.DateTimeFormat('en', {
		timeZone,
		hourCycle: 'h23',
		year: 'numeric',
		month: 'numeric',
		day: 'numeric',
		hour: 'numeric',
		minute: 'numeric',
		second: 'numeric'
	}).formatToParts(moment);
	const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
	const [year, month, day] = [part('year'), part('month'), part('day')];
	return Date.UTC(year, month - 1, day, part('hour'), part('minute'), part('second')) - moment;
}

/** When a day begins in a zone, in milliseconds; where clocks skip midnight, the first moment after it. */
export function startOfDay(day: string, timeZone: string): number {
	const utc = Date.parse(`${day}T00:00:00Z`);
	const guess = utc - offsetAt(utc, timeZone);
	const start = utc - offsetAt(guess, timeZone);
	// Midnight does not exist on a day whose clocks go forward at it: the earlier offset leads past the gap.
	return offsetAt(start, timeZone) === utc - start ? start : Math.max(start, guess);
}

/** The moments between which ranges lie. */
export const boundsAt =
	(at: Now): Bounds =>
	(range) => {
		const { from, to } = daysOf(range, at);
		const start = (day: string) => new Date(startOfDay(day, at.timeZone)).toISOString();
		return { from: from && start(from), until: to && start(shifted(to, 1)) };
	};
