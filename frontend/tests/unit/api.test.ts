/** The server's client of the API, against an API that answers as told. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isHttpError, isRedirect } from '@sveltejs/kit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TypedDocument } from '#lib/graphql/documents.ts';
import { Jar, visit } from './visit.ts';

const Anything = 'query Anything { anything }' as TypedDocument<{ anything: number }, object>;
const SOON = new Date(Date.now() + 600_000).toISOString();

interface Answer {
	text: string;
	headers?: Record<string, string | string[]>;
}
const calls: { query: string; headers: IncomingHttpHeaders }[] = [];
/** What the API says next; null closes the connection instead. */
let answer: (query: string, cookie: string) => Answer | null | Promise<Answer | null>;
let nth = 0;
let Api: typeof import('#lib/server/api.ts').Api;

const json = (body: unknown, headers = {}): Answer => ({ text: JSON.stringify(body), headers });
const apiError = (code: string, headers = {}) =>
	json({ errors: [{ message: code, extensions: { code } }] }, { 'x-request-id': 'of-the-api', ...headers });
const DELETED = {
	'set-cookie': ['rollcall=; Path=/; Max-Age=0; HttpOnly', 'rollcall_refresh=; Path=/; Max-Age=0; HttpOnly']
};
const renewed = () =>
	json(
		{ data: { refreshSession: { __typename: 'SessionPayload', accessTokenExpiresAt: SOON, user: {} } } },
		{
			'set-cookie': [
				'rollcall=new; Path=/; Max-Age=600; HttpOnly',
				'rollcall_refresh=refresh-new; Path=/; HttpOnly'
			]
		}
	);

const server = createServer(async (request, response) => {
	let body = '';
	for await (const part of request) body += String(part);
	const { query } = JSON.parse(body) as { query: string };
	calls.push({ query, headers: request.headers });
	const said = await answer(query, request.headers.cookie ?? '');
	if (said) response.writeHead(200, { 'content-type': 'application/json', ...said.headers }).end(said.text);
	else request.socket.destroy();
});

beforeAll(async () => {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	process.env.API_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	({ Api } = await import('#lib/server/api.ts'));
});
afterAll(() => {
	delete process.env.API_URL;
	server.closeAllConnections();
	server.close();
});
beforeEach(() => {
	calls.length = 0;
	nth += 1;
});

const jar = (more: Record<string, string> = {}) =>
	new Jar({ rollcall: 'old', rollcall_refresh: `refresh-${nth}`, ...more });
const refreshes = () => calls.filter(({ query }) => query.includes('refreshSession'));
const raised = async (promise: Promise<unknown>) =>
	promise.then(
		() => expect.fail('nothing was raised'),
		(error: unknown) => error
	);

test('an answer is handed through, with who asks and for whom', async () => {
	answer = () => json({ data: { anything: 1 } });
	expect(await new Api(visit(jar())).run(Anything, {})).toEqual({ anything: 1 });
	expect(calls[0]!.headers).toMatchObject({
		cookie: `rollcall=old; rollcall_refresh=refresh-${nth}`,
		'user-agent': 'Test',
		'accept-language': 'de',
		'x-forwarded-for': '192.0.2.7',
		'x-forwarded-host': 'localhost:3000',
		'x-request-id': 'request-1'
	});
});

test('what is read comes with the position it shows, and may be asked for one', async () => {
	answer = () => json({ data: { anything: 1 } }, { 'rollcall-position': 'here' });
	const api = new Api(visit(jar()));
	expect(await api.read(Anything, {})).toEqual({ data: { anything: 1 }, position: 'here' });
	await api.run(Anything, {}, 'here');
	expect(calls.map(({ headers }) => headers['rollcall-read-after'])).toEqual([undefined, 'here']);
});

test('who follows the log must know from where', async () => {
	answer = () => json({ data: { anything: 1 } }, { 'x-request-id': 'of-the-api' });
	const error = await raised(new Api(visit(jar())).read(Anything, {}));
	expect(isHttpError(error, 502) && error.body).toMatchObject({ requestId: 'of-the-api' });
});

test('to read needs a session', async () => {
	answer = (query) =>
		query.includes('refreshSession')
			? json({ data: { refreshSession: { __typename: 'CredentialsProblem', code: 'SESSION_REVOKED' } } })
			: json({ data: { me: null } });
	const error = await raised(new Api(visit(jar())).read(Anything, {}));
	expect(isRedirect(error) && error.location).toContain('reason=session_revoked');
});

test('a session that needs a second factor first is led to set one up, and back', async () => {
	answer = () => apiError('ENROLMENT_REQUIRED');
	const error = await raised(new Api(visit(jar())).run(Anything, {}));
	expect(isRedirect(error) && [error.status, error.location]).toEqual([
		303,
		'/second-factor?next=%2Fpeople%3Fq%3Da'
	]);
});

describe('renewal', () => {
	const expiring = (query: string, cookie: string) => {
		if (query.includes('refreshSession')) return renewed();
		return cookie.includes('rollcall=new') ? json({ data: { anything: 2 } }) : apiError('TOKEN_EXPIRED');
	};

	test('of an expired session is unnoticed, and its cookies go to the visitor', async () => {
		answer = expiring;
		const mine = jar();
		expect(await new Api(visit(mine)).run(Anything, {})).toEqual({ anything: 2 });
		expect(mine.set.rollcall_refresh?.value).toBe('refresh-new');
		expect(mine.set.rollcall_until).toMatchObject({ httpOnly: false });
	});

	test('comes before the end, where the end is known', async () => {
		answer = expiring;
		await new Api(visit(jar({ rollcall_until: String(Math.floor(Date.now() / 1000) + 5) }))).run(
			Anything,
			{}
		);
		expect(calls.map(({ query }) => query.includes('refreshSession'))).toEqual([true, false]);
	});

	test('is shared by the loads of one page', async () => {
		answer = expiring;
		const mine = jar();
		const api = new Api(visit(mine));
		const loads = [api.run(Anything, {}), api.run(Anything, {})];
		expect(await Promise.all(loads)).toEqual([{ anything: 2 }, { anything: 2 }]);
		expect(refreshes(), 'one renewal').toHaveLength(1);
		expect(mine.set.rollcall?.value).toBe('new');
	});

	test('is asked of the API by every request: nothing is kept of what another was given', async () => {
		answer = expiring;
		const jars = [jar(), jar()];
		for (const one of jars) expect(await new Api(visit(one)).run(Anything, {})).toEqual({ anything: 2 });
		expect(refreshes()).toHaveLength(2);
		expect(jars.map((one) => one.set.rollcall?.value)).toEqual(['new', 'new']);
	});

	test('of two refresh cookies is for the API to refuse, and both are forgotten', async () => {
		answer = () => apiError('TOKEN_INVALID', DELETED);
		const mine = jar();
		const event = visit(
			mine,
			'http://localhost:3000/people/1',
			'GET',
			`rollcall_refresh=planted; ${mine.header}`
		);
		const error = await raised(new Api(event).run(Anything, {}));
		expect(calls[0]!.headers.cookie).toBe(
			`rollcall_refresh=planted; rollcall=old; rollcall_refresh=refresh-${nth}`
		);
		expect(isRedirect(error) && error.location).toContain('reason=token_invalid');
		expect(mine.deleted.filter(({ name }) => name === 'rollcall_refresh').map(({ path }) => path)).toEqual([
			'/',
			'/people',
			'/people/1'
		]);
	});

	test('that failed is tried again by the next request', async () => {
		answer = () => null;
		const soon = { rollcall_until: '1' };
		const error = await raised(new Api(visit(jar(soon))).run(Anything, {}));
		expect(isHttpError(error, 503)).toBe(true);
		answer = expiring;
		expect(await new Api(visit(jar(soon))).run(Anything, {})).toEqual({ anything: 2 });
	});

	test('refused sends to sign-in, with the reason, and back to where one was', async () => {
		answer = (query) =>
			query.includes('refreshSession')
				? json(
						{ data: { refreshSession: { __typename: 'CredentialsProblem', code: 'SESSION_REVOKED' } } },
						DELETED
					)
				: apiError('TOKEN_EXPIRED');
		const mine = jar();
		const error = await raised(new Api(visit(mine)).run(Anything, {}));
		expect(isRedirect(error) && [error.status, error.location]).toEqual([
			303,
			'/sign-in?next=%2Fpeople%3Fq%3Da&reason=session_revoked'
		]);
		expect(mine.set.rollcall?.value).toBe('');
	});

	test('refused without a deletion leaves the cookies: they may be another instance’s', async () => {
		answer = () => apiError('TOKEN_INVALID');
		const mine = jar();
		await raised(new Api(visit(mine)).run(Anything, {}));
		expect(new Set(mine.deleted.map(({ name }) => name))).toEqual(new Set(['rollcall_until']));
	});

	test('is not tried for who signs in', async () => {
		answer = () => apiError('UNAUTHENTICATED');
		await raised(new Api(visit(jar())).runOnce(Anything, {}));
		expect(refreshes()).toEqual([]);
	});
});

describe('what goes wrong', () => {
	test.each([
		['FORBIDDEN', 403],
		['NOT_FOUND', 404],
		['RATE_LIMITED', 429],
		['UNAVAILABLE', 503],
		['INTERNAL_ERROR', 502]
	])('%s becomes %i, with the request id of the API', async (code, status) => {
		answer = () => apiError(code);
		const error = await raised(new Api(visit(jar())).run(Anything, {}));
		expect(isHttpError(error, status) && error.body).toMatchObject({ code, requestId: 'of-the-api' });
	});

	test('no answer, and no answer that can be read, mean that the API is unavailable', async () => {
		for (const bad of [() => null, () => ({ text: '<html>' })]) {
			answer = bad;
			const error = await raised(new Api(visit(jar())).run(Anything, {}));
			expect(isHttpError(error, 503) && error.body).toMatchObject({
				code: 'UNAVAILABLE',
				requestId: 'request-1'
			});
		}
	});

	test.each([
		['/people?q=a&after=mangled', '/people?q=a'],
		['/people?before=of+another+log&sort=name', '/people?sort=name'],
		['/people/ada?older=x', '/people/ada']
	])('a position that is refused at %s: the list from its beginning, %s', async (address, beginning) => {
		answer = () => apiError('VALIDATION_ERROR');
		const event = visit(jar(), `http://localhost:3000${address}`);
		const error = await raised(new Api(event).run(Anything, {}));
		expect(isRedirect(error) && [error.status, error.location]).toEqual([307, beginning]);
	});

	test.each([
		['GET', '/people?q=a'],
		['POST', '/people?after=here&/enable']
	])('whatever else is refused of a %s to %s is no page', async (method, address) => {
		answer = () => apiError('VALIDATION_ERROR');
		const event = visit(jar(), `http://localhost:3000${address}`, method);
		const error = await raised(new Api(event).run(Anything, {}));
		expect(isHttpError(error, 404)).toBe(true);
	});

	test('after a form the visitor comes back to its page, not to the form', async () => {
		answer = () => apiError('UNAUTHENTICATED');
		const event = visit(new Jar(), 'http://localhost:3000/people?/delete', 'POST');
		const error = await raised(new Api(event).run(Anything, {}));
		expect(isRedirect(error) && error.location).toBe('/sign-in?next=%2Fpeople');
	});
});
