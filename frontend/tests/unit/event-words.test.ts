import { describe, expect, it } from 'vitest';
import type { EventRow } from '#lib/graphql/documents.ts';
import { de } from '#lib/messages/de.ts';
import { en } from '#lib/messages/en.ts';
import { byDay, fieldValue, summary } from '#lib/utils/event/words.ts';
import { formats } from '#lib/utils/format.ts';

const f = formats('en', 'UTC');
const event = (part: Partial<EventRow>): EventRow => ({
	id: 'one',
	cursor: 'here',
	type: 'USER_UPDATED',
	occurredAt: '2026-01-01T12:00:00Z',
	actor: null,
	user: null,
	userId: 'somebody',
	changes: [],
	requestId: null,
	ipAddress: null,
	...part
});

describe('what changed, in words', () => {
	it('shows a role and a single field with before and after', () => {
		const role = event({ changes: [{ field: 'role', before: 'MEMBER', after: 'ADMIN' }] });
		expect(summary(en, f, role)).toBe('Member → Admin');
		expect(summary(de, f, role)).toBe('Mitglied → Admin');
		const name = event({ changes: [{ field: 'displayName', before: 'Ada', after: 'Ada King' }] });
		expect(summary(en, f, name)).toBe('Ada → Ada King');
	});

	it('names several fields, and says why a session ended', () => {
		const both = event({
			changes: [
				{ field: 'displayName', before: 'Ada', after: 'Ada King' },
				{ field: 'email', before: 'a@example.com', after: 'b@example.com' }
			]
		});
		expect(summary(en, f, both)).toBe('Name, Email');
		const ended = event({
			type: 'SESSION_REVOKED',
			changes: [{ field: 'reason', before: null, after: 'PASSWORD_CHANGED' }]
		});
		expect(summary(en, f, ended)).toBe('password changed');
	});

	it('says nothing twice: a status is in the verb, a member is what one begins as', () => {
		const disabled = { field: 'status', before: 'ACTIVE', after: 'DISABLED' };
		expect(summary(en, f, event({ type: 'USER_DISABLED', changes: [disabled] }))).toBeNull();
		const role = { field: 'role', before: null, after: 'MEMBER' };
		expect(summary(en, f, event({ type: 'USER_CREATED', changes: [role] }))).toBeNull();
	});

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
