import { describe, expect, test } from 'vitest';
import { Formats, asTimeZone, formats } from '#lib/utils/format.ts';

const NOW = Date.parse('2026-03-10T12:00:00Z');
const english = new Formats('en', 'UTC');
const ago = (milliseconds: number) => english.relative(NOW - milliseconds, NOW);
const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000];

describe('relative time', () => {
	test.each([
		[0, 'now'],
		[29 * SECOND, 'now'],
		[45 * SECOND, '45 sec. ago'],
		[3 * MINUTE, '3 min. ago'],
		[5 * HOUR, '5 hr. ago'],
		[DAY, 'yesterday'],
		[20 * DAY, '20 days ago'],
		[90 * DAY, '3 mo. ago'],
		[800 * DAY, '2 yr. ago'],
		[-2 * HOUR, 'in 2 hr.']
	])('%i ms ago', (milliseconds, text) => expect(ago(milliseconds)).toBe(text));
});

test('the visitor’s zone and language decide', () => {
	expect(new Formats('en', 'Asia/Tokyo').day('2026-03-10T20:00:00Z')).toBe('Mar 11, 2026');
	expect(new Formats('de', 'Europe/Berlin').day('2026-03-10T20:00:00Z')).toBe('10.03.2026');
	expect(new Formats('de', 'Europe/Berlin').clock('2026-03-10T20:00:00Z')).toBe('21:00');
	expect(new Formats('de', 'UTC').number(1234567)).toBe('1.234.567');
	expect(formats('en', 'UTC')).toBe(formats('en', 'UTC'));
});

test('short durations have a decimal', () => {
	const texts = [0.84, 9.96, 12.4].map((value) => english.milliseconds(value));
	expect(texts).toEqual(['0.8 ms', '10 ms', '12 ms']);
});

test('an unknown zone is UTC', () => {
	expect(asTimeZone('Europe/Berlin')).toBe('Europe/Berlin');
	for (const bad of [undefined, '', 'Mars/Olympus', '<script>', 'x'.repeat(100)])
		expect(asTimeZone(bad)).toBe('UTC');
});
