/** What the form actions ask of the API, and what they answer. */
import { isActionFailure, isRedirect } from '@sveltejs/kit';
import { describe, expect, test } from 'vitest';
import {
	changePassword,
	endSession,
	erase,
	save,
	setPassword,
	setRole,
	setStatus
} from '#lib/server/user.ts';
import { GET, POST } from '../../src/routes/(app)/people/export/+server.ts';
import { actions as create, load } from '../../src/routes/(app)/people/new/+page.server.ts';

type Answers = (operation: string, variables: Record<string, unknown>) => unknown;

/** A request with a form, and an API that answers as told. */
function event(fields: Record<string, string | string[]>, answers: Answers = () => ({}), search = '') {
	const data = new FormData();
	for (const [name, value] of Object.entries(fields))
		for (const one of [value].flat()) data.append(name, one);
	const asked: { operation: string; variables: Record<string, unknown> }[] = [];
	const run = async (document: string, variables: Record<string, unknown>) => {
		const operation = /(?:query|mutation) (\w+)/.exec(document)![1]!;
		asked.push({ operation, variables });
		return answers(operation, variables);
	};
	const url = new URL(`http://localhost:3000/people${search}`);
	const request = new Request(url, { method: 'POST', body: data });
	return { asked, event: { request, url, locals: { api: { run } } } as never };
}

const user = { __typename: 'UserPayload', user: { id: 'ada', displayName: 'Ada' } };
const problem = (code: string, more = {}) => ({ __typename: 'Problem', code, message: 'No', ...more });
const outcome = (result: unknown) =>
	isActionFailure(result) ? { status: result.status, ...(result.data as unknown as object) } : result;

describe('setting somebody’s password', () => {
	const answered = () => ({ setPassword: user });

	test('sends what was typed, as it was typed, and never sends it back', async () => {
		const given = event({ password: ' typed by hand ', expectedVersion: '7' }, answered);
		const result = await setPassword(given.event, 'ada');
		expect(result).toEqual({ form: 'access', done: { user: user.user, password: null } });
		expect(given.asked[0]!.variables).toEqual({
			input: { userId: 'ada', password: ' typed by hand ', expectedVersion: 7 }
		});
	});

	test('without script generates one, and its answer shows it', async () => {
		const given = event({ password: '', generate: 'yes' }, answered);
		const result = (await setPassword(given.event, 'ada')) as { done: { password: string } };
		const { input } = given.asked[0]!.variables as { input: { password: string } };
		expect(result.done.password).toBe(input.password);
		expect(input.password).toMatch(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/);
	});

	test('refused, shows none', async () => {
		const given = event({ generate: 'yes' }, () => ({ setPassword: problem('FORBIDDEN') }));
		const result = outcome(await setPassword(given.event, 'ada'));
		expect(result).toMatchObject({ status: 403, form: 'access', kept: { current: null } });
		const { input } = given.asked[0]!.variables as { input: { password: string } };
		expect(JSON.stringify(result)).not.toContain(input.password);
	});
});

describe('saving a profile', () => {
	const fields = {
		expectedVersion: '7',
		displayName: ' Ada King ',
		email: 'ada@example.com',
		'before.displayName': 'Ada',
		'before.email': 'ada@example.com'
	};

	test('writes what was touched, over the version that was seen', async () => {
		const given = event(fields, () => ({ updateUser: user }));
		expect(await save(given.event, 'ada')).toEqual({ form: 'save', done: user.user });
		expect(given.asked[0]!.variables).toEqual({
			input: { id: 'ada', expectedVersion: 7, displayName: 'Ada King' }
		});
	});

	test('refused, gives back what was typed and over what', async () => {
		const given = event(fields, () => ({ updateUser: problem('VERSION_CONFLICT') }));
		expect(outcome(await save(given.event, 'ada'))).toMatchObject({
			status: 409,
			form: 'save',
			kept: {
				typed: { displayName: 'Ada King', email: 'ada@example.com' },
				before: { displayName: 'Ada', email: 'ada@example.com' }
			}
		});
	});
});

test('of a taken address, a form is given who has it, and not as the user it is about', async () => {
	const holder = { id: 'bo', status: 'DELETED' };
	const taken = problem('EMAIL_TAKEN', { __typename: 'ConflictProblem', current: holder });
	const fields = { displayName: 'Ada', email: 'bo@example.com', role: 'ADMIN', expectedVersion: '7' };
	const answered = async (answer: object) => {
		const given = () => event(fields, () => ({ updateUser: answer, createUser: answer })).event;
		return [outcome(await save(given(), 'ada')), outcome(await create.default!(given()))];
	};
	expect(await answered(taken)).toMatchObject([
		{ kept: { current: null, holder } },
		{ kept: { email: 'bo@example.com', displayName: 'Ada', role: 'ADMIN', holder } }
	]);
	const conflict = problem('VERSION_CONFLICT', { __typename: 'ConflictProblem', current: holder });
	expect(await answered(conflict)).toMatchObject([
		{ kept: { current: holder, holder: null } },
		{ kept: { holder: null } }
	]);
});

test.each([
	['VERSION_CONFLICT', 409],
	['EMAIL_TAKEN', 409],
	['LAST_ADMIN', 409],
	['NOT_FOUND', 404],
	['FORBIDDEN', 403],
	['RATE_LIMITED', 429],
	['VALIDATION_ERROR', 400]
])('%s is %s for every form', async (code, status) => {
	const refused = () => ({
		updateUser: problem(code),
		disableUser: problem(code),
		revokeSession: problem(code),
		changePassword: problem(code),
		createUser: problem(code)
	});
	const fields = {
		role: 'ADMIN',
		session: 's1',
		displayName: 'A',
		email: 'a@b.c',
		expectedVersion: '7',
		confirmed: 'yes'
	};
	const given = () => event(fields, refused).event;
	const results = [
		await setRole(given(), 'ada'),
		await setStatus(given(), 'ada', 'disable'),
		await endSession(given(), 'ada'),
		await changePassword(given()),
		await create.default!(given())
	];
	expect(results.map((result) => (outcome(result) as { status: number }).status)).toEqual(
		results.map(() => status)
	);
});

test('role and status are asked over the version that was seen; a conflict gives who they are now', async () => {
	const current = { id: 'ada', version: 8 };
	const conflict = problem('VERSION_CONFLICT', { __typename: 'ConflictProblem', current });
	const given = event({ role: 'ADMIN', expectedVersion: '7', confirmed: 'yes' }, () => ({
		updateUser: conflict
	}));
	expect(outcome(await setRole(given.event, 'ada'))).toMatchObject({ kept: { current } });
	expect(given.asked[0]!.variables).toEqual({ input: { id: 'ada', role: 'ADMIN', expectedVersion: 7 } });
	const status = event({ expectedVersion: '7' }, () => ({ restoreUser: user }));
	await setStatus(status.event, 'ada', 'restore');
	expect(status.asked).toEqual([{ operation: 'RestoreUser', variables: { id: 'ada', expectedVersion: 7 } }]);
});

describe('without confirmation', () => {
	const ID = '00000000-0000-4000-8000-000000000001';
	const stored = (role: string) => () => ({
		nodes: [{ __typename: 'User', id: ID, role, version: 7 }],
		updateUser: user,
		enableUser: user
	});
	/** Where a form leads that was not confirmed; null if it was carried out. */
	async function leadsTo(acting: Promise<unknown>): Promise<string | null> {
		try {
			await acting;
			return null;
		} catch (left) {
			return isRedirect(left) ? left.location : 'an error';
		}
	}
	const role = (before: string, after: string) =>
		leadsTo(setRole(event({ role: after, expectedVersion: '7' }, stored(before)).event, ID));
	const ask = (what: string) => `/people/change?${what}&ids=${ID}&back=%2Fpeople%2F${ID}`;

	test('a role that gives or takes rights leads to the page that says what follows', async () => {
		expect(await role('MEMBER', 'ADMIN')).toBe(ask('do=role&role=ADMIN'));
		expect(await role('ADMIN', 'AUDITOR')).toBe(ask('do=role&role=AUDITOR'));
		expect(await role('AUDITOR', 'MEMBER')).toBe(ask('do=role&role=MEMBER'));
		expect(await role('MEMBER', 'AUDITOR')).toBeNull();
	});

	test('a status that ends access does too, and nothing is changed', async () => {
		const given = event({ expectedVersion: '7' }, stored('MEMBER'));
		expect(await leadsTo(setStatus(given.event, ID, 'delete'))).toBe(ask('do=delete'));
		expect(given.asked.map(({ operation }) => operation)).toEqual(['UsersById']);
		const enable = event({ expectedVersion: '7' }, stored('MEMBER'));
		expect(await leadsTo(setStatus(enable.event, ID, 'enable'))).toBeNull();
	});
});

test('one session is ended, or without one all others', async () => {
	const done = () => ({ revokeSession: { __typename: 'Done' }, revokeSessions: { __typename: 'Done' } });
	const [one, all] = [event({ session: 's1' }, done), event({}, done)];
	expect(await endSession(one.event, 'ada')).toEqual({ form: 'session', done: { one: true } });
	expect(await endSession(all.event, 'ada')).toEqual({ form: 'session', done: { one: false } });
	expect([one.asked[0], all.asked[0]]).toEqual([
		{ operation: 'RevokeSession', variables: { id: 's1' } },
		{ operation: 'RevokeSessions', variables: { userId: 'ada' } }
	]);
});

test('who is erased is named as they are', async () => {
	const answers = (operation: string) =>
		operation === 'UsersById'
			? { nodes: [{ __typename: 'User', displayName: 'Ada' }] }
			: { eraseUser: { __typename: 'Done' } };
	const wrong = event({ name: 'ada' }, answers);
	expect(outcome(await erase(wrong.event, 'ada'))).toMatchObject({ status: 400, form: 'erase' });
	expect(wrong.asked.map(({ operation }) => operation)).not.toContain('EraseUser');
	await erase(event({ name: 'Ada' }, answers).event, 'ada').then(
		() => expect.unreachable(),
		(left: unknown) => expect(isRedirect(left) && left.location).toBe('/people')
	);
});

test('a wrong current password stands at its field', async () => {
	const given = event({ currentPassword: ' x ' }, () => ({ changePassword: problem('INVALID_CREDENTIALS') }));
	expect(outcome(await changePassword(given.event))).toMatchObject({
		refusal: { fields: { currentPassword: 'No' } }
	});
	expect(given.asked[0]!.variables).toMatchObject({ input: { currentPassword: ' x ' } });
});

test('a form that is sent twice adds one user: its key goes with it', async () => {
	const parent = async () => ({ viewer: { role: 'ADMIN' } });
	const [one, two] = [await load({ parent } as never), await load({ parent } as never)];
	expect((one as { key: string }).key).not.toBe((two as { key: string }).key);
	const fields = {
		displayName: 'Ada',
		email: 'ada@example.com',
		role: 'ADMIN',
		key: 'the key',
		another: 'yes'
	};
	const given = event(fields, () => ({ createUser: user }));
	expect(await create.default!(given.event)).toEqual({ form: 'newUser', done: user.user });
	expect(given.asked[0]!.variables).toEqual({
		input: {
			email: 'ada@example.com',
			displayName: 'Ada',
			role: 'ADMIN',
			password: null,
			idempotencyKey: 'the key'
		}
	});
});

describe('more than a page of the API', () => {
	const ids = Array.from({ length: 250 }, (_, index) => String(index));
	const node = (id: string) => ({
		__typename: 'User',
		id,
		displayName: `U${id}`,
		role: 'MEMBER',
		status: 'ACTIVE'
	});
	const byId: Answers = (_, { ids }) => ({ nodes: (ids as string[]).map(node) });
	const lines = async (response: Response) => (await response.text()).trim().split('\r\n').slice(1);

	test('is exported as selected', async () => {
		const given = event({ id: ids }, byId);
		expect(await lines(await POST(given.event))).toHaveLength(250);
		expect(Math.max(...given.asked.map(({ variables }) => (variables.ids as string[]).length))).toBe(100);
	});

	test('is exported as found, to the last page', async () => {
		const given = event({}, (_, { after }) => {
			const from = Number(after ?? 0);
			const edges = ids.slice(from, from + 100).map((id) => ({ node: node(id) }));
			const more = from + 100 < ids.length;
			return { users: { edges, pageInfo: { hasNextPage: more, endCursor: String(from + 100) } } };
		});
		expect(await lines(await GET(given.event))).toHaveLength(250);
	});
});
