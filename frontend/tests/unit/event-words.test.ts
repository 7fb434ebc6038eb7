import { describe, expect, it } from 'vitest';
import type { EventRow } from '#lib/graphql/documents.ts';
import { en } from '#lib/messages/en.ts';
import { byDay, fieldValue } from '#lib/utils/event/words.ts';
import { formats } from '#lib/utils/format.ts';

const f = formats('en', 'UTC');
const event = (part: Partial<EventRow>): EventRow => ({
	id: 'one',
	cursor: 'here',
	type: 'USER_UPDATED',
	occurredAt: '2026-01-01T12:00:00Z',
	actor: null,
	actorId: null,
	user: null,
	userId: 'somebody',
	changes: [],
	requestId: null,
	ipAddress: null,
	...part
});

describe('a value, in words', () => {
	it('shows a value it does not know as it came', () => {
		expect(fieldValue(en, f, 'role', 'OWNER')).toBe('OWNER');
		expect(fieldValue(en, f, 'quota', { disk: 3 })).toBe('{"disk":3}');
		expect(fieldValue(en, f, 'email', null)).toBe('empty');
	});
});

describe('days', () => {
	it('are those of the visitor’s zone, each of them once', () => {
		const events = [
			event({ id: 'c', occurredAt: '2026-01-02T00:00:01Z' }),
			event({ id: 'b', occurredAt: '2026-01-01T23:59:59Z' }),
			event({ id: 'a', occurredAt: '2026-01-02T00:00:00Z' })
		];
		const read = (zone: string) =>
			byDay(events, (one) => one.occurredAt, formats('en', zone)).map((day) => [
				day.key,
				day.items.map((e) => e.id)
			]);
		expect(read('UTC')).toEqual([
			['2026-01-02', ['c', 'a']],
			['2026-01-01', ['b']]
		]);
		expect(read('America/New_York')).toEqual([['2026-01-01', ['c', 'b', 'a']]]);
	});
});
