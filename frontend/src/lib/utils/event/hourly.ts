/** What happened in the last day, as the charts of the overview take it. */
import type { EventCountsData, EventType } from '#lib/graphql/documents.ts';

export type Counts = EventCountsData['eventCounts'];

export const HOURS = 24;
const HOUR_MS = 3_600_000;

export const SIGN_INS: readonly EventType[] = ['SESSION_STARTED'];
export const FAILURES: readonly EventType[] = ['SIGN_IN_FAILED', 'SESSION_REUSE_DETECTED'];
export const CHANGES: readonly EventType[] = [
	'USER_CREATED',
	'USER_UPDATED',
	'USER_ROLE_CHANGED',
	'USER_DISABLED',
	'USER_ENABLED',
	'USER_DELETED',
	'USER_RESTORED',
	'USER_ERASED',
	'EMAIL_VERIFIED',
	'PASSWORD_CHANGED'
];

/** How many of these types there were in each hour, the oldest first. */
export function hourly({ since, counts }: Counts, types: readonly EventType[]): number[] {
	const start = Date.parse(since);
	const hours = Array.from({ length: HOURS }, () => 0);
	for (const { type, at, count } of counts) {
		const hour = Math.round((Date.parse(at) - start) / HOUR_MS);
		if (types.includes(type) && hour >= 0 && hour < HOURS) hours[hour]! += count;
	}
	return hours;
}

export function sum(hours: readonly number[]): number {
	return hours.reduce((all, one) => all + one, 0);
}

/** When an hour of the chart begins, in milliseconds. */
export function hourStart({ since }: Counts, hour: number): number {
	return Date.parse(since) + hour * HOUR_MS;
}
