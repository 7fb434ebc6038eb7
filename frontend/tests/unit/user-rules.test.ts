/** Small rules of the console: who may what, what an action leads to, what counts as a question, how a day is called. */
import { expect, test } from 'vitest';
import type { Role } from '#lib/graphql/documents.ts';
import { enEvents } from '#lib/messages/en-events.ts';
import { dayName, toneOf } from '#lib/utils/event/words.ts';
import { formats } from '#lib/utils/format.ts';
import { isFiltered, parseUsers } from '#lib/utils/user/address.ts';
import { expectedChange } from '#lib/utils/user/bulk.ts';
import { can, type Right } from '#lib/utils/user/rights.ts';

test.each<[Role, Right[]]>([
	['MEMBER', []],
	['AUDITOR', ['users.seeAll', 'events.read']],
	['ADMIN', ['users.seeAll', 'users.change', 'events.read', 'service.read']]
])('%s may %j', (role, rights) => {
	const all: Right[] = ['users.seeAll', 'users.change', 'events.read', 'service.read'];
	expect(all.filter((right) => can({ role }, right))).toEqual(rights);
});

test('what each bulk action leads to', () => {
	expect(expectedChange({ action: 'enable' })).toEqual({ status: 'ACTIVE' });
	expect(expectedChange({ action: 'disable' })).toEqual({ status: 'DISABLED' });
	expect(expectedChange({ action: 'delete' })).toEqual({ status: 'DELETED' });
	expect(expectedChange({ action: 'restore' })).toEqual({ status: 'ACTIVE' });
	expect(expectedChange({ action: 'role', role: 'AUDITOR' })).toEqual({ role: 'AUDITOR' });
});

test('a search is a filter, an order is none', () => {
	const filtered = (search: string) => isFiltered(parseUsers(new URLSearchParams(search)));
	expect(['q=ada', 'sort=name', ''].map(filtered)).toEqual([true, false, false]);
});

test('days are called by what they are to the reader, events toned by what they mean', () => {
	const now = Date.parse('2026-03-10T12:00:00Z');
	const name = (key: string) => dayName(enEvents, formats('en', 'UTC'), key, now);
	expect(['2026-03-10', '2026-03-09'].map(name)).toEqual([
		enEvents.activity.today,
		enEvents.activity.yesterday
	]);
	expect(name('2026-03-01')).toContain('March 1');
	expect([toneOf('USER_DELETED'), toneOf('USER_CREATED'), toneOf('USER_UPDATED')]).toEqual([
		'danger',
		'ok',
		'neutral'
	]);
});
