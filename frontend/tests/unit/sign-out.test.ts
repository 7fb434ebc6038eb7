/** Signing out, against an API that answers as told: nobody is told that they are signed out unless they are. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isRedirect } from '@sveltejs/kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Jar, visit } from './visit.ts';

let answer: object | null;
let deletions: string[];
const server = createServer((request, response) => {
	request.resume().on('end', () => {
		const headers = { 'content-type': 'application/json', 'set-cookie': deletions };
		if (answer) response.writeHead(200, headers).end(JSON.stringify(answer));
		else request.socket.destroy();
	});
});
let POST: typeof import('../../src/routes/sign-out/+server.ts').POST;
let Api: typeof import('#lib/server/api.ts').Api;

beforeAll(async () => {
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	process.env.API_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	({ Api } = await import('#lib/server/api.ts'));
	({ POST } = await import('../../src/routes/sign-out/+server.ts'));
});
afterAll(() => {
	delete process.env.API_URL;
	server.closeAllConnections();
	server.close();
});

const outcome = (typename: string, code?: string) => ({ data: { signOut: { __typename: typename, code } } });
const apiError = (code: string) => ({ errors: [{ message: code, extensions: { code } }] });

test.each([
	['the session ended', outcome('Done'), '/sign-in?reason=signed_out', true],
	['it had been ended', apiError('SESSION_REVOKED'), '/sign-in?reason=session_revoked', true],
	['there was none', apiError('UNAUTHENTICATED'), '/sign-in', true],
	[
		'the cookies do not serve',
		outcome('CredentialsProblem', 'TOKEN_INVALID'),
		'/sign-in?reason=token_invalid',
		true
	],
	['the directory is unavailable', apiError('UNAVAILABLE'), '/sign-in?reason=not_signed_out', false],
	['it failed', apiError('INTERNAL_ERROR'), '/sign-in?reason=not_signed_out', false],
	['the origin is refused', apiError('FORBIDDEN'), '/sign-in?reason=not_signed_out', false],
	['there is no answer', null, '/sign-in?reason=not_signed_out', false]
])('%s', async (_, said, location, forgotten) => {
	answer = said;
	deletions = forgotten ? ['rollcall=; Path=/; Max-Age=0', 'rollcall_refresh=; Path=/; Max-Age=0'] : [];
	const jar = new Jar({ rollcall: 'a', rollcall_refresh: 'b' });
	const event = visit(jar, 'http://localhost:3000/sign-out', 'POST');
	Object.assign(event.locals, { api: new Api(event) });
	const error: unknown = await Promise.resolve(POST(event as never)).then(
		() => expect.fail('nowhere to go'),
		(raised: unknown) => raised
	);
	expect(isRedirect(error) && [error.status, error.location]).toEqual([303, location]);
	expect(jar.deleted.map(({ name }) => name).includes('rollcall_refresh')).toBe(forgotten);
});

test('a cookie that the API does not delete may be another instance’s, and stays', async () => {
	answer = apiError('UNAUTHENTICATED');
	deletions = ['rollcall=; Path=/; Max-Age=0'];
	const jar = new Jar({ rollcall: 'a', rollcall_refresh: 'b' });
	const event = visit(jar, 'http://localhost:3000/sign-out', 'POST');
	Object.assign(event.locals, { api: new Api(event) });
	await Promise.resolve(POST(event as never)).catch(() => null);
	expect(new Set(jar.deleted.map(({ name }) => name))).toEqual(new Set(['rollcall', 'rollcall_until']));
});
