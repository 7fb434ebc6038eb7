/** Ranges of days, and when they begin and end in a zone. */
import { describe, expect, test } from 'vitest';
import { justBefore, type Preset } from '#lib/utils/days.ts';
import { boundsAt, daysOf, startOfDay } from '#lib/utils/moments.ts';

const at = (now: string, timeZone = 'Europe/Berlin') => ({ timeZone, now: Date.parse(now) });

describe('a named range', () => {
	test.each<[Preset, string | null, string | null]>([
		['today', '2026-03-31', null],
		['7d', '2026-03-25', null],
		['30d', '2026-03-02', null],
		['90d', '2026-01-01', null],
		['month', '2026-03-01', null],
		['last-month', '2026-02-01', '2026-02-28']
	])('%s', (preset, from, to) => {
		expect(daysOf(preset, at('2026-03-31T12:00:00Z'))).toEqual({ from, to });
	});

	test('is of the day that it is in the zone', () => {
		expect(daysOf('today', at('2026-12-31T23:30:00Z')).from).toBe('2027-01-01');
		expect(daysOf('today', at('2026-12-31T23:30:00Z', 'America/New_York')).from).toBe('2026-12-31');
		expect(daysOf('last-month', at('2027-01-15T12:00:00Z'))).toEqual({
			from: '2026-12-01',
			to: '2026-12-31'
		});
	});
});

describe('a day begins', () => {
	test.each([
		['2026-11-27', 'UTC', '2026-11-27T00:00:00.000Z'],
		['2026-11-27', 'Europe/Berlin', '2026-11-26T23:00:00.000Z'],
		['2026-07-01', 'Europe/Berlin', '2026-06-30T22:00:00.000Z'],
		['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
		['2026-10-25', 'Europe/Berlin', '2026-10-24T22:00:00.000Z'],
		['2026-11-27', 'Asia/Kolkata', '2026-11-26T18:30:00.000Z'],
		['2026-11-27', 'Pacific/Kiritimati', '2026-11-26T10:00:00.000Z'],
		// Clocks went from 00:00 to 01:00.
		['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z']
	])('%s in %s at %s', (day, zone, start) => {
		expect(new Date(startOfDay(day, zone)).toISOString()).toBe(start);
	});
});

test('a range has both its days, whole, and nothing before or after them', () => {
	const range = { from: '2026-10-25', to: '2026-10-25' };
	expect(boundsAt(at('2026-11-27T12:00:00Z'))(range)).toEqual({
		from: '2026-10-24T22:00:00.000Z',
		until: '2026-10-25T23:00:00.000Z'
	});
	expect(boundsAt(at('2026-11-27T12:00:00Z', 'UTC'))({ from: null, to: '2026-10-25' })).toEqual({
		from: null,
		until: '2026-10-26T00:00:00.000Z'
	});
});

test('"later than" the last microsecond before a moment is "from" it', () => {
	expect(justBefore('2026-10-01T00:00:00.000Z')).toBe('2026-09-30T23:59:59.999999Z');
	expect(justBefore(null)).toBeNull();
});
