/** Reverting an entry of the log: what it turns into, and when it is not done. */
import { isActionFailure, isHttpError, isRedirect } from '@sveltejs/kit';
import { beforeEach, describe, expect, test } from 'vitest';
import {
	EnableUser,
	EventToRevert,
	NewerEvents,
	UpdateUser,
	type EventRow,
	type User
} from '#lib/graphql/documents.ts';
import { changedSince, changeOf, revertible, sameTypes } from '#lib/utils/event/revert.ts';
import { actions, load } from '../../src/routes/(app)/activity/revert/[event]/+page.server.ts';
import { FakeApi } from '../fakes/api.ts';
import { event, payload, refused, user } from '../fakes/rows.ts';

const changes = (...all: [field: string, before: unknown, after: unknown][]) =>
	all.map(([field, before, after]) => ({ field, before, after }));
const roleChange = (id: string, before = 'MEMBER', after = 'AUDITOR') =>
	event(id, { type: 'USER_ROLE_CHANGED', changes: changes(['role', before, after]) });
const auditor = user({ role: 'AUDITOR', version: 4 });

describe('an entry', () => {
	test.each<[string, Partial<EventRow>, string[]]>([
		['a role', { type: 'USER_ROLE_CHANGED', changes: changes(['role', 'MEMBER', 'ADMIN']) }, ['role']],
		['a status', { type: 'USER_DISABLED', changes: changes(['status', 'ACTIVE', 'DISABLED']) }, ['status']],
		[
			'a profile',
			{ changes: changes(['displayName', 'Ada', 'Eve'], ['email', 'a@b.c', 'e@b.c']) },
			['displayName', 'email']
		],
		['of an erased person', { changes: changes(['displayName', null, null]) }, []],
		['of nobody', { userId: null, changes: changes(['displayName', 'Ada', 'Eve']) }, []],
		['a creation', { type: 'USER_CREATED', changes: changes(['role', null, 'ADMIN']) }, []],
		['a session', { type: 'SESSION_REVOKED', changes: changes(['reason', null, 'REVOKED']) }, []],
		[
			'with a field that this page does not know',
			{ changes: changes(['displayName', 'A', 'B'], ['x', 'a', 'b']) },
			[]
		]
	])('%s can be reverted where that means something', (_, more, fields) => {
		expect(revertible(event('e', more)).map(({ field }) => field)).toEqual(fields);
	});

	test('becomes the change back, as long as all of it is still so', () => {
		expect(changeOf(roleChange('e'), auditor)).toEqual({
			before: { ...auditor, role: 'MEMBER' },
			after: auditor
		});
		expect(changeOf(roleChange('e'), user({ role: 'ADMIN' }))).toBeNull();
		const both = event('e', { changes: changes(['displayName', 'Ada', 'Eve'], ['email', 'a@b.c', 'e@b.c']) });
		expect(changeOf(both, user({ displayName: 'Eve', email: 'ada@example.com' }))).toBeNull();
	});

	test('was changed since by what has the same field, be it as it was then again', () => {
		const since = [roleChange('back', 'MEMBER', 'AUDITOR'), roleChange('away', 'AUDITOR', 'MEMBER')];
		expect(changedSince(roleChange('e'), since)?.id).toBe('back');
		const name = event('name', { changes: changes(['displayName', 'Ada', 'Eve']) });
		expect(changedSince(event('mail', { changes: changes(['email', 'a@b.c', 'e@b.c']) }), [name])).toBeNull();
		expect(changedSince(name, [name])).toBeNull();
	});

	test('of a status can be followed by any other status', () => {
		expect(sameTypes('USER_DISABLED')).toContain('USER_RESTORED');
		expect(sameTypes('SIGN_IN_FAILED')).toEqual([]);
	});
});

describe('the page', () => {
	let api: FakeApi;
	beforeEach(() => (api = new FakeApi()));

	function has(entry: EventRow | null, now: User | null, newer: EventRow[] = []) {
		api.on(EventToRevert, () => ({ node: entry && { __typename: 'Event' as const, ...entry } }));
		api.on(NewerEvents, () => ({ user: now, events: { edges: newer.map((node) => ({ node })) } }));
	}

	const locals = () => ({ api });
	const open = async (role = 'ADMIN') => {
		const given = { locals: locals(), params: { event: 'e' }, parent: async () => ({ viewer: { role } }) };
		return Promise.resolve(load(given as never)).catch(
			(raised: unknown) => isHttpError(raised) && raised.status
		);
	};
	const confirm = async (expectedVersion = '4') => {
		const form = new FormData();
		form.set('expectedVersion', expectedVersion);
		const request = new Request('http://localhost/', { method: 'POST', body: form });
		const given = { locals: locals(), params: { event: 'e' }, request };
		return Promise.resolve(actions.default!(given as never)).catch((left: unknown) =>
			isRedirect(left) ? left.location : 'an error'
		);
	};
	const codeOf = (answer: unknown) =>
		isActionFailure(answer) ? (answer.data as unknown as { refusal: { code: string } }).refusal.code : null;

	test('is for admins, and for entries that there are', async () => {
		has(null, null);
		expect([await open('AUDITOR'), await open()]).toEqual([403, 404]);
	});

	test('asks for what has changed the same since', async () => {
		has(roleChange('e'), auditor, [roleChange('later', 'AUDITOR', 'ADMIN')]);
		expect(await open()).toMatchObject({ user: auditor, later: { id: 'later' } });
		expect(api.variables(NewerEvents)).toEqual([
			{
				id: auditor.id,
				filter: { userId: auditor.id, types: ['USER_ROLE_CHANGED'] },
				before: 'cursor-e'
			}
		]);
	});

	test('confirmed, takes it back over the version that was shown', async () => {
		has(roleChange('e'), auditor);
		api.on(UpdateUser, () => ({ updateUser: payload({ ...auditor, role: 'MEMBER', version: 5 }) }));
		expect(await confirm()).toBe(`/people/${auditor.id}`);
		expect(api.variables(UpdateUser)).toEqual([
			{ input: { id: auditor.id, role: 'MEMBER', expectedVersion: 4 } }
		]);
	});

	test('writes nothing over what was changed since, nor without the version that was shown', async () => {
		has(roleChange('e'), auditor, [roleChange('later')]);
		expect(codeOf(await confirm())).toBe('VERSION_CONFLICT');
		has(roleChange('e'), user({ role: 'ADMIN' }));
		expect(codeOf(await confirm())).toBe('VERSION_CONFLICT');
		has(roleChange('e'), auditor);
		expect(codeOf(await confirm(''))).toBe('VERSION_CONFLICT');
		has(roleChange('e'), null);
		expect(codeOf(await confirm())).toBe('VERSION_CONFLICT');
		expect(api.variables(UpdateUser)).toEqual([]);
	});

	test('gives the API’s reason if it refuses', async () => {
		const disabled = user({ status: 'DISABLED', version: 4 });
		has(event('e', { type: 'USER_DISABLED', changes: changes(['status', 'ACTIVE', 'DISABLED']) }), disabled);
		api.on(EnableUser, () => ({ enableUser: refused('FORBIDDEN') }));
		expect(codeOf(await confirm())).toBe('FORBIDDEN');
		expect(api.variables(EnableUser)).toEqual([{ id: disabled.id, expectedVersion: 4 }]);
	});
});
