/** What the server answers to forms: the status of each refusal, and what it asks of the API. */
import { isActionFailure, type RequestEvent } from '@sveltejs/kit';
import { beforeEach, describe, expect, test } from 'vitest';
import {
	ChangePassword,
	EnableUser,
	EraseUser,
	RevokeSession,
	RevokeSessions,
	UpdateUser,
	Users,
	UsersById
} from '#lib/graphql/documents.ts';
import type { FormRefused } from '#lib/types/form.ts';
import { refuse } from '#lib/server/forms.ts';
import { changePassword, endSession, erase, save, setRole, setStatus } from '#lib/server/user.ts';
import { GET, POST } from '../../src/routes/(app)/people/export/+server.ts';
import { FakeApi } from '../fakes/api.ts';
import { DONE, node, refused, user } from '../fakes/rows.ts';

let api: FakeApi;
beforeEach(() => (api = new FakeApi()));
const sent = (fields: Record<string, string | string[]>, address = 'http://localhost:3000/people') => {
	const form = new FormData();
	for (const [name, values] of Object.entries(fields))
		for (const value of [values].flat()) form.append(name, value);
	return {
		request: new Request(address, { method: 'POST', body: form }),
		locals: { api },
		url: new URL(address)
	} as unknown as RequestEvent;
};
const statusOf = (answer: unknown) => (isActionFailure(answer) ? answer.status : 200);
const dataOf = (answer: unknown) =>
	isActionFailure(answer) ? (answer.data as unknown as FormRefused<string>) : null;

describe('a refusal', () => {
	test.each([
		['VERSION_CONFLICT', 409],
		['EMAIL_TAKEN', 409],
		['LAST_ADMIN', 409],
		['NOT_FOUND', 404],
		['FORBIDDEN', 403],
		['RATE_LIMITED', 429],
		['VALIDATION_ERROR', 400],
		['A_NEW_ONE', 400]
	])('%s is %i, whichever form it is', async (code, status) => {
		const answer = refused(code);
		for (const document of [UpdateUser, EnableUser, RevokeSession, ChangePassword] as const)
			api.on(
				document as typeof UpdateUser,
				() =>
					({
						updateUser: answer,
						enableUser: answer,
						revokeSession: answer,
						changePassword: answer
					}) as never
			);
		const answers = [
			refuse('any', { code, message: '', fields: {} }, null),
			await save(sent({ displayName: 'New' }), 'ada'),
			await setRole(sent({ role: 'ADMIN', confirmed: 'yes' }), 'ada'),
			await setStatus(sent({}), 'ada', 'enable'),
			await endSession(sent({ session: '1' }), 'ada'),
			await changePassword(sent({ currentPassword: 'a', newPassword: 'b' }))
		];
		expect(answers.map(statusOf)).toEqual(answers.map(() => status));
		for (const answer of answers) expect(dataOf(answer)?.refusal.code).toBe(code);
	});

	test('of a change gives back who they are now, what was typed, and over what', async () => {
		const current = user({ version: 9 });
		api.on(UpdateUser, () => ({
			updateUser: refused('VERSION_CONFLICT', { current })
		}));
		const fields = {
			displayName: 'New',
			email: 'a@b.c',
			'before.displayName': 'Old',
			'before.email': 'a@b.c'
		};
		const answer = await save(sent({ ...fields, expectedVersion: '3' }), 'ada');
		expect(dataOf(answer)).toMatchObject({
			form: 'save',
			kept: {
				current,
				typed: { displayName: 'New', email: 'a@b.c' },
				before: { displayName: 'Old', email: 'a@b.c' }
			}
		});
		expect(api.variables(UpdateUser)).toEqual([
			{ input: { id: 'ada', displayName: 'New', expectedVersion: 3 } }
		]);
	});

	test('of a wrong password names the field, and gives no password back', async () => {
		api.on(ChangePassword, () => ({
			changePassword: refused('INVALID_CREDENTIALS', { message: 'Wrong.' })
		}));
		const answer = await changePassword(sent({ currentPassword: ' old ', newPassword: ' new ' }));
		expect(dataOf(answer)).toEqual({
			form: 'password',
			refusal: { code: 'INVALID_CREDENTIALS', message: 'Wrong.', fields: { currentPassword: 'Wrong.' } },
			kept: null
		});
		expect(api.variables(ChangePassword)).toEqual([
			{ input: { currentPassword: ' old ', newPassword: ' new ' } }
		]);
	});
});

test('erasing takes the name as it is, and asks for nothing with another', async () => {
	api.on(UsersById, () => ({ nodes: [node(user())] }));
	api.on(EraseUser, () => ({ eraseUser: DONE }));
	const answer = await erase(sent({ name: 'ada' }), 'ada');
	expect(dataOf(answer)?.refusal.fields).toEqual({ name: 'mismatch' });
	expect(api.variables(EraseUser)).toEqual([]);
	await expect(erase(sent({ name: ' Ada ' }), 'ada')).rejects.toMatchObject({ location: '/people' });
	expect(api.variables(EraseUser)).toEqual([{ id: 'ada' }]);
});

test('without a session named, all but the current one end', async () => {
	api.on(RevokeSessions, () => ({ revokeSessions: DONE }));
	expect(await endSession(sent({}), 'ada')).toEqual({ form: 'session', done: { one: false } });
	expect(api.variables(RevokeSessions)).toEqual([{ userId: 'ada' }]);
});

const MANY = 250;
const many = Array.from({ length: MANY }, (_, index) => user({ id: `u${index}`, displayName: `U${index}` }));
const answerById = () =>
	api.on(UsersById, ({ ids }) => {
		// The API takes no more ids at once.
		expect(ids.length).toBeLessThanOrEqual(100);
		return {
			nodes: many.filter(({ id }) => ids.includes(id)).map((one) => node(one))
		};
	});
const ids = many.map(({ id }) => id);

describe('more than a page of the API', () => {
	test('is exported to its end, as the address asks for it', async () => {
		api.on(Users, ({ after }) => {
			const from = after ? Number(after) : 0;
			return {
				users: {
					edges: many.slice(from, from + 100).map((node) => ({ cursor: node.id, node })),
					totalCount: 0,
					pageInfo: {
						hasNextPage: from + 100 < MANY,
						hasPreviousPage: from > 0,
						startCursor: '',
						endCursor: String(from + 100)
					}
				}
			};
		});
		const event = sent({}, 'http://localhost:3000/people/export?q=u&after=50');
		const text = await (await GET(event as never)).text();
		const lines = text.trim().split('\r\n');
		expect([lines.length, lines[0]]).toEqual([
			MANY + 1,
			'email,display_name,role,status,email_verified,id,created_at,last_seen_at'
		]);
		expect(lines.slice(1).map((line) => line.split(',')[5])).toEqual(ids);
		// Deleted users are left out unless they are asked for.
		expect(api.variables(Users)[0]!.filter).toEqual({ status: ['ACTIVE', 'DISABLED'] });
		expect(api.variables(Users).map(({ after, search, count }) => [after, search, count])).toEqual([
			[null, 'u', false],
			['100', 'u', false],
			['200', 'u', false]
		]);
	});

	test('is exported by its ids', async () => {
		answerById();
		const text = await (await POST(sent({ id: ids }) as never)).text();
		expect(text.trim().split('\r\n')).toHaveLength(MANY + 1);
	});
});
