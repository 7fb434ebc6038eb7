/** Taking changes back: what is asked of the API, over which version, and what is said of it. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import {
	DisableUser,
	EnableUser,
	RestoreUser,
	UpdateUser,
	type User,
	type UserOutcome
} from '#lib/graphql/documents.ts';
import { enChange } from '#lib/messages/en-change.ts';
import { en } from '#lib/messages/en.ts';
import { Toasts } from '#lib/stores/toasts.svelte.ts';
import { changedFrom } from '#lib/stores/user/undo.ts';
import { takeAllBack } from '#lib/stores/user/undo-run.ts';
import { takeBack } from '#lib/utils/user/take-back.ts';
import { FakeApi } from '../fakes/api.ts';
import { payload, refused, user } from '../fakes/rows.ts';

let api: FakeApi;
beforeEach(() => {
	api = new FakeApi();
	vi.stubGlobal('fetch', async (_: string, { body }: RequestInit) => {
		const { query, variables } = JSON.parse(body as string) as { query: never; variables: never };
		return Response.json({ data: await api.run(query, variables) });
	});
});

const changed = (before: Partial<User>, after: Partial<User>) => ({
	before: user({ version: 3, ...before }),
	after: user({ version: 4, ...before, ...after })
});
/** The API gives each write the next version. */
const answerWrites = () => {
	const next = (version?: number | null): UserOutcome => payload(user({ version: (version ?? 0) + 1 }));
	api.on(UpdateUser, ({ input }) => ({ updateUser: next(input.expectedVersion) }));
	api.on(DisableUser, ({ expectedVersion }) => ({ disableUser: next(expectedVersion) }));
	api.on(EnableUser, ({ expectedVersion }) => ({ enableUser: next(expectedVersion) }));
	api.on(RestoreUser, ({ expectedVersion }) => ({ restoreUser: next(expectedVersion) }));
};
const asked = () =>
	api.asked.map(({ document, variables }) => [/mutation (\w+)/.exec(document)![1], variables]);
const id = user().id;

describe('one change', () => {
	beforeEach(answerWrites);

	test.each<[string, Partial<User>, Partial<User>, unknown[]]>([
		[
			'a role',
			{ role: 'MEMBER' },
			{ role: 'ADMIN' },
			[['UpdateUser', { input: { id, role: 'MEMBER', expectedVersion: 4 } }]]
		],
		[
			'a name and an address',
			{ displayName: 'Ada', email: 'a@b.c' },
			{ displayName: 'Eve', email: 'e@b.c' },
			[['UpdateUser', { input: { id, displayName: 'Ada', email: 'a@b.c', expectedVersion: 4 } }]]
		],
		['a disabling', {}, { status: 'DISABLED' }, [['EnableUser', { id, expectedVersion: 4 }]]],
		['a deletion', {}, { status: 'DELETED' }, [['RestoreUser', { id, expectedVersion: 4 }]]],
		[
			'a deletion of somebody disabled',
			{ status: 'DISABLED' },
			{ status: 'DELETED' },
			[
				['RestoreUser', { id, expectedVersion: 4 }],
				['DisableUser', { id, expectedVersion: 5 }]
			]
		],
		['nothing', {}, {}, []]
	])(
		'%s is taken back over the version that it made, and nothing else is written',
		async (_, before, after, acts) => {
			await takeBack(api.run, changed(before, after));
			expect(asked()).toEqual(acts);
		}
	);

	test('is none if the API had nothing to do', () => {
		expect(changedFrom(user({ version: 3 }), user({ version: 3 }))).toEqual([]);
		expect(changedFrom(null, user({ version: 3 }))).toEqual([]);
		expect(changedFrom(user({ version: 3 }), user({ version: 4 }))).toHaveLength(1);
	});
});

describe('several', () => {
	const i18n = { m: en, locale: 'en' } as never;
	const notes = (toasts: Toasts) => toasts.list.map(({ kind, text }) => [kind, text]);
	const took = vi.fn();
	beforeEach(() => took.mockReset());

	test('what somebody else has changed since stays as it is, and is named with the reason', async () => {
		api.on(EnableUser, ({ id }) => ({
			enableUser: id === 'bo' ? refused('VERSION_CONFLICT') : payload(user({ id, version: 5 }))
		}));
		const toasts = new Toasts();
		const changes = ['ada', 'bo', 'cy'].map((id) => ({
			before: user({ id, displayName: id, version: 3 }),
			after: user({ id, displayName: id, version: 4, status: 'DISABLED' as const })
		}));
		const ended = vi.fn();
		await takeAllBack(toasts, i18n, changes, { begin: () => ended, took });
		expect(took.mock.calls.map(([{ id }]) => id as string)).toEqual(['ada', 'cy']);
		expect(notes(toasts)).toEqual([
			['ok', enChange.undone(2, '')],
			['error', enChange.notUndone([`bo: ${en.problem.VERSION_CONFLICT}`])]
		]);
		expect(ended).toHaveBeenCalledTimes(1);
	});

	test('one after the other: an earlier change of the same user is taken back over what the later undo made', async () => {
		answerWrites();
		const toasts = new Toasts();
		const role = changed({ role: 'MEMBER' }, { role: 'AUDITOR' });
		const status = {
			before: role.after,
			after: user({ role: 'AUDITOR', status: 'DISABLED', version: 5 })
		};
		for (const change of [role, status]) toasts.ok('', () => takeAllBack(toasts, i18n, [change], { took }));
		toasts.undo();
		toasts.undo();
		await vi.waitFor(() => expect(took).toHaveBeenCalledTimes(2));
		expect(asked()).toEqual([
			['EnableUser', { id, expectedVersion: 5 }],
			['UpdateUser', { input: { id, role: 'MEMBER', expectedVersion: 6 } }]
		]);
	});

	test('without a connection it says so, and the next is tried all the same', async () => {
		vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
		const toasts = new Toasts();
		await takeAllBack(toasts, i18n, [changed({}, { status: 'DISABLED' })], { took });
		await takeAllBack(toasts, i18n, [changed({}, { status: 'DISABLED' })], { took });
		const note = ['error', enChange.notUndone([`Ada: ${en.problem.UNAVAILABLE}`])];
		expect(notes(toasts)).toEqual([note, note]);
	});
});
