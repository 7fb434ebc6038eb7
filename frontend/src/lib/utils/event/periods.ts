/** The periods that the overview counts events by, each with its beginning; the last of them ends now. */
import type { EventCountsData, EventType } from '#lib/graphql/documents.ts';
import { Address, oneOfOr } from '#lib/utils/address.ts';
import type { Formats } from '#lib/utils/format.ts';
import { startOfDay } from '#lib/utils/moments.ts';

/** In days. */
export const SPANS = ['1', '7', '30', '90'] as const;
export type Span = (typeof SPANS)[number];
export const overview = new Address('/overview', { days: oneOfOr('days', SPANS, '1') });

const QUARTER_MS = 900_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const HOURS = 24;
/** A bar of 90 days has three of them: 30 bars can still be told apart, and hit. */
const DAYS_A_PERIOD: Record<Span, number> = { '1': 0, '7': 1, '30': 1, '90': 3 };

export interface Counts {
	/** When each period begins, in milliseconds since 1970, the oldest first. */
	starts: readonly number[];
	counts: EventCountsData['eventCounts']['counts'];
}

/** The API counts by quarters of an hour: the last 24 hours end with the present one, other periods begin at midnight. */
export function startsOf(span: Span, now: number, f: Formats): number[] {
	const step = DAYS_A_PERIOD[span];
	if (!step) {
		const end = Math.ceil(now / QUARTER_MS) * QUARTER_MS;
		return Array.from({ length: HOURS }, (_, index) => end - (HOURS - index) * HOUR_MS);
	}
	const noon = Date.parse(`${f.dayKey(now)}T12:00:00Z`);
	const days = Array.from({ length: Number(span) / step }, (_, index) => Number(span) - 1 - index * step);
	return days.map((ago) => startOfDay(new Date(noon - ago * DAY_MS).toISOString().slice(0, 10), f.timeZone));
}

export const iso = (moment: number) => new Date(moment).toISOString();

/** How many of these types there were in each period. */
export function byPeriod({ starts, counts }: Counts, types: readonly EventType[]): number[] {
	const periods = starts.map(() => 0);
	for (const { type, at, count } of counts) {
		const period = starts.indexOf(Date.parse(at));
		if (types.includes(type) && period >= 0) periods[period]! += count;
	}
	return periods;
}

export function sum(periods: readonly number[]): number {
	return periods.reduce((all, one) => all + one, 0);
}

/** What a list must ask for to show what a period counted, or all of them from the first. */
export function boundsOf({ starts }: Counts, period?: number): { since: string; until: string | null } {
	const end = period === undefined ? undefined : starts[period + 1];
	return { since: iso(starts[period ?? 0]!), until: end === undefined ? null : iso(end) };
}
