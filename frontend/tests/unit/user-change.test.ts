/** A change of several users: who it will change, over which version, and what the page for it does without script. */
import { isActionFailure, isHttpError } from '@sveltejs/kit';
import { describe, expect, test } from 'vitest';
import { DisableUser, EnableUser, UpdateUser, UsersById, type User } from '#lib/graphql/documents.ts';
import { deChange } from '#lib/messages/de-change.ts';
import { de } from '#lib/messages/de.ts';
import { enChange } from '#lib/messages/en-change.ts';
import { en } from '#lib/messages/en.ts';
import type { BulkRequest, BulkResult } from '#lib/types/actions.ts';
import { carryOut } from '#lib/utils/user/carry-out.ts';
import { changes } from '#lib/utils/user/change-address.ts';
import { consequences, pickedText, questionOf } from '#lib/utils/user/change-words.ts';
import { confirmed, planOf } from '#lib/utils/user/plan.ts';
import { actions, load } from '../../src/routes/(app)/people/change/+page.server.ts';
import { FakeApi } from '../fakes/api.ts';
import { node, payload, refused, user } from '../fakes/rows.ts';

const [active, disabled, deleted, me] = [
	user({ id: 'active' }),
	user({ id: 'disabled', status: 'DISABLED' }),
	user({ id: 'deleted', status: 'DELETED' }),
	user({ id: 'me', role: 'ADMIN' })
];
const all = [me, active, disabled, deleted];

describe('the question', () => {
	test.each<[BulkRequest, number | string, string, string]>([
		[{ action: 'disable' }, 4, 'Disable 4 people?', '4 Personen: Sperren?'],
		[{ action: 'disable' }, 'Ada', 'Disable Ada?', 'Ada: Sperren?'],
		[{ action: 'disable' }, 0, 'Disable', 'Sperren'],
		[
			{ action: 'role', role: 'AUDITOR' },
			1,
			'Change 1 person to Auditor?',
			'Rolle von 1 Person auf „Prüfer“ ändern?'
		],
		[{ action: 'role', role: 'ADMIN' }, 'Ada', 'Change Ada to Admin?', 'Rolle von Ada auf „Admin“ ändern?']
	])('of %j for %s', (request, whom, english, german) => {
		expect(questionOf(en, enChange, request, whom)).toBe(english);
		expect(questionOf(de, deChange, request, whom)).toBe(german);
	});
});

describe('the plan', () => {
	const ids = (request: BulkRequest) => {
		const { change, already, impossible, self } = planOf(all, request, 'me');
		const id = (one: User) => one.id;
		return [change.map(id), already.map(id), impossible.map(({ user, why }) => [user.id, why]), self?.id];
	};

	test.each<[BulkRequest, ReturnType<typeof ids>]>([
		[{ action: 'disable' }, [['active'], ['disabled'], [['deleted', 'deleted']], 'me']],
		[{ action: 'enable' }, [['disabled'], ['me', 'active'], [['deleted', 'deleted']], undefined]],
		[{ action: 'delete' }, [['active', 'disabled'], ['deleted'], [], 'me']],
		[{ action: 'restore' }, [['deleted'], ['me', 'active'], [['disabled', 'disabled']], undefined]],
		[{ action: 'role', role: 'ADMIN' }, [['active', 'disabled', 'deleted'], ['me'], [], undefined]],
		[{ action: 'role', role: 'MEMBER' }, [[], ['active', 'disabled', 'deleted'], [], 'me']]
	])('of %j', (request, expected) => expect(ids(request)).toEqual(expected));

	test('changes oneself only if that is confirmed, and after all others', () => {
		const plan = planOf(all, { action: 'delete' }, 'me');
		expect(confirmed(plan, false).map(({ id }) => id)).toEqual(['active', 'disabled']);
		expect(confirmed(plan, true).map(({ id }) => id)).toEqual(['active', 'disabled', 'me']);
	});

	test('is said in figures: who was picked, and what follows for those who change', () => {
		expect(pickedText(enChange, all, { action: 'disable' })).toBe(
			'4 selected: 2 active, 1 disabled, 1 deleted.'
		);
		expect(pickedText(enChange, all, { action: 'role', role: 'AUDITOR' })).toBe(
			'4 selected: 3 members, 1 admin.'
		);
		const follows = (users: User[], request: BulkRequest) => consequences(enChange, users, request);
		expect(follows([active], { action: 'role', role: 'ADMIN' })).toEqual([enChange.power.grants('Ada')]);
		expect(follows([active], { action: 'role', role: 'AUDITOR' })).toEqual([]);
		expect(follows([active, disabled], { action: 'role', role: 'ADMIN' })).toEqual([enChange.grants(2)]);
		expect(follows([me, me], { action: 'role', role: 'MEMBER' })).toEqual([
			enChange.takes(2),
			enChange.roleText
		]);
		expect(follows([active], { action: 'disable' })).toEqual([enChange.disableText]);
		expect(follows([disabled], { action: 'enable' })).toEqual([]);
	});
});

describe('one change', () => {
	const disable = async (answer: unknown) => {
		const api = new FakeApi();
		api.on(DisableUser, () => ({ disableUser: answer as never }));
		return carryOut(api.run, { id: 'active', version: 1 }, { action: 'disable' });
	};

	test('is made over the version that was seen', async () => {
		const api = new FakeApi();
		api.on(UpdateUser, () => ({ updateUser: payload({ ...active, role: 'AUDITOR', version: 4 }) }));
		const result = await carryOut(api.run, { id: 'active', version: 3 }, { action: 'role', role: 'AUDITOR' });
		expect(result.kind).toBe('changed');
		expect(api.variables(UpdateUser)).toEqual([
			{ input: { id: 'active', role: 'AUDITOR', expectedVersion: 3 } }
		]);
	});

	test('is none if the API had nothing to do, or somebody else was quicker and did the same', async () => {
		expect((await disable(payload({ ...active, status: 'DISABLED' }))).kind).toBe('already');
		const same = refused('VERSION_CONFLICT', { current: { ...active, status: 'DISABLED', version: 2 } });
		expect((await disable(same)).kind).toBe('already');
		const other = refused('VERSION_CONFLICT', {
			current: { ...active, displayName: 'Ada King', version: 2 }
		});
		expect((await disable(other)).kind).toBe('refused');
	});

	test('refused, gives the API’s reason, with the field that it is about', async () => {
		const fields = [{ field: 'status', message: 'This user is deleted; restore it first' }];
		expect(await disable(refused('VALIDATION_ERROR', { fields }))).toMatchObject({
			kind: 'refused',
			refusal: { code: 'VALIDATION_ERROR', fields: { status: 'This user is deleted; restore it first' } }
		});
	});
});

describe('the page, without script', () => {
	const MANY = 250;
	const ids = Array.from({ length: MANY }, (_, index) => `u${index}`);

	const event = (api: FakeApi, fields: Record<string, string | string[]>, path: string) => {
		const form = new FormData();
		for (const [name, values] of Object.entries(fields))
			for (const value of [values].flat()) form.append(name, value);
		const url = new URL(path, 'http://localhost:3000');
		return { request: new Request(url, { method: 'POST', body: form }), locals: { api }, url } as never;
	};

	function someApi() {
		const api = new FakeApi();
		api.on(UsersById, ({ ids }) => ({
			nodes: [ids].flat().map((id) => node(user({ id, displayName: id.toUpperCase() })))
		}));
		return api;
	}

	test('is for admins', async () => {
		const parent = async () => ({ viewer: { role: 'AUDITOR' } });
		const given = { parent, url: new URL('http://localhost/people/change'), locals: {} };
		await Promise.resolve(load(given as never)).then(
			() => expect.unreachable(),
			(raised: unknown) => expect(isHttpError(raised) && raised.status).toBe(403)
		);
	});

	test('has its users and its action in its address', () => {
		const ID = '00000000-0000-4000-8000-000000000001';
		const asked = { action: 'role', role: 'ADMIN', ids: [ID], back: '/people?q=a' } as const;
		const { search } = new URL(changes.href({ ...asked, ids: [ID] }), 'http://localhost');
		expect(changes.parse(new URLSearchParams(search))).toMatchObject(asked);
		const wrong = changes.parse(new URLSearchParams('do=erase&ids=1,../x&back=https://evil.example/'));
		expect(wrong).toMatchObject({ action: null, ids: [], back: '/' });
	});

	test('plans for all that a list’s form has selected, and changes nobody', async () => {
		const api = someApi();
		const given = event(api, { id: ids, role: 'AUDITOR' }, '/people/change?do=role&/plan');
		expect(await actions.plan(given)).toMatchObject({
			asked: { action: 'role', role: 'AUDITOR' },
			planned: ids.map((id) => ({ id }))
		});
		expect(api.asked.map(({ document }) => document)).toEqual([UsersById, UsersById, UsersById]);
	});

	test('acts on every one over the version that was shown, oneself last, with a result for each', async () => {
		const api = someApi();
		api.on(EnableUser, ({ id }) => ({
			enableUser: id === 'u249' ? refused('FORBIDDEN', { message: 'No.' }) : payload(user({ id, version: 4 }))
		}));
		const seen = ids.map((id) => `${id}:3`);
		const given = event(api, { self: seen[7]!, seen: seen.toSpliced(7, 1) }, '/people/change?do=enable&/run');
		const { results } = (await actions.run(given)) as { results: BulkResult[] };
		expect(results.map(({ id }) => id)).toEqual([...ids.toSpliced(7, 1), 'u7']);
		expect(results.filter(({ kind }) => kind !== 'changed')).toEqual([
			{ id: 'u249', name: 'U249', kind: 'refused', refusal: expect.objectContaining({ code: 'FORBIDDEN' }) }
		]);
		expect(new Set(api.variables(EnableUser).map(({ expectedVersion }) => expectedVersion))).toEqual(
			new Set([3])
		);
	});

	test('asks for nothing if nobody is chosen, or the role or the action is none', async () => {
		const api = someApi();
		for (const [fields, path] of [
			[{}, 'do=enable&/run'],
			[{ seen: 'a:1', role: 'KING' }, 'do=role&/run'],
			[{ seen: 'a:1' }, 'do=erase&/run']
		] as const)
			expect(isActionFailure(await actions.run(event(api, fields, `/people/change?${path}`)))).toBe(true);
		expect(api.asked).toEqual([]);
	});
});
