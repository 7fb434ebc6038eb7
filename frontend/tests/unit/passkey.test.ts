/** Signing in by a passkey: what the browser is asked, what becomes of its answers, and the server between. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BeginPasskeySignIn, SignInWithPasskey } from '#lib/graphql/documents.ts';
import { PasskeySignIn, createPasskey } from '#lib/stores/session/passkey.ts';
import type { Refusal } from '#lib/types/problem.ts';
import { POST, PUT } from '../../src/routes/(auth)/sign-in/passkey/+server.ts';
import { FakeApi } from '../fakes/api.ts';
import { AT, refused } from '../fakes/rows.ts';

const OPTIONS = { challenge: 'c' };
const ended = (name: string) => new DOMException('', name);
let api: FakeApi;
let got: string[];
let refusals: string[];
/** What the browser answers, one after the other; the last one for ever. */
let answers: (() => unknown)[];
let asked: { mediation: string; signal: AbortSignal }[];
let requests: string[];

/** Nothing, until the request is given up. */
const pending = () =>
	new Promise((_, reject) => {
		const { signal } = asked.at(-1)!;
		signal.addEventListener('abort', () => reject(signal.reason as Error));
	});

beforeEach(() => {
	[api, got, refusals, answers, asked, requests] = [new FakeApi(), [], [], [pending], [], []];
	api.on(BeginPasskeySignIn, () => ({
		beginPasskeySignIn: { __typename: 'PasskeyOptions', options: OPTIONS } as never
	}));
	api.on(SignInWithPasskey, () => ({
		signInWithPasskey: { __typename: 'SessionPayload', accessTokenExpiresAt: AT } as never
	}));
	const get = (options: { mediation: string; signal: AbortSignal }) => {
		asked.push(options);
		return Promise.resolve((answers.length > 1 ? answers.shift()! : answers[0]!)());
	};
	vi.stubGlobal('navigator', { credentials: { get, create: get } });
	vi.stubGlobal('PublicKeyCredential', {
		isConditionalMediationAvailable: () => Promise.resolve(true),
		parseRequestOptionsFromJSON: (options: unknown) => options,
		parseCreationOptionsFromJSON: (options: unknown) => options
	});
	vi.stubGlobal('fetch', async (address: string, { method, body }: { method: string; body: string }) => {
		requests.push(method);
		const request = { headers: new Headers(), json: () => Promise.resolve(JSON.parse(body)) };
		const event = { request, locals: { api }, url: new URL(address, 'http://localhost') } as never;
		return method === 'POST' ? POST(event) : PUT(event);
	});
});
afterEach(() => vi.unstubAllGlobals());

const signIn = (address = '/sign-in/passkey?next=%2Factivity') =>
	new PasskeySignIn(address, {
		done: (next) => got.push(next),
		refused: ({ code }: Refusal) => refusals.push(code)
	});

test('what was signed is sent, and one goes on where one was', async () => {
	answers = [() => ({ id: 'mine' })];
	await signIn().choose();
	expect([got, refusals, api.expiries]).toEqual([['/activity'], [], [AT]]);
	expect(api.variables(SignInWithPasskey)).toEqual([{ credential: { id: 'mine' } }]);
	expect(asked).toMatchObject([{ publicKey: OPTIONS, mediation: 'optional' }]);
});

test('is offered in the field, and ends there when a passkey is asked for', async () => {
	const passkeys = signIn();
	const offered = passkeys.offer();
	await vi.waitFor(() => expect(asked).toHaveLength(1));
	expect(asked[0]!.mediation).toBe('conditional');
	answers = [() => ({ id: 'mine' })];
	await passkeys.choose();
	await offered;
	expect([asked[0]!.signal.aborted, got, refusals]).toEqual([true, ['/activity'], []]);
});

test('is not offered by a browser that cannot', async () => {
	vi.stubGlobal('PublicKeyCredential', { isConditionalMediationAvailable: () => Promise.resolve(false) });
	await signIn().offer();
	expect(requests).toEqual([]);
});

test('gets another challenge before the first one is over', async () => {
	vi.spyOn(AbortSignal, 'timeout').mockImplementationOnce(() => AbortSignal.abort(ended('TimeoutError')));
	answers = [
		() => {
			throw ended('TimeoutError');
		},
		() => ({ id: 'mine' })
	];
	await signIn().offer();
	expect([requests, got]).toEqual([['POST', 'POST', 'PUT'], ['/activity']]);
});

test('a dialog that was ended says nothing, and passkeys are offered again', async () => {
	answers = [
		() => {
			throw ended('NotAllowedError');
		},
		pending
	];
	await signIn().choose();
	await vi.waitFor(() => expect(asked.map((one) => one.mediation)).toEqual(['optional', 'conditional']));
	expect([got, refusals]).toEqual([[], []]);
});

test('a browser that fails says so only if it was asked', async () => {
	answers = [
		() => {
			throw ended('SecurityError');
		}
	];
	await signIn().offer();
	expect([refusals, requests]).toEqual([[], ['POST']]);
	await signIn().choose();
	expect(refusals).toEqual(['PASSKEY_FAILED']);
});

test('the refusal of an offered passkey is shown', async () => {
	api.on(SignInWithPasskey, () => ({ signInWithPasskey: refused('INVALID_CREDENTIALS') as never }));
	answers = [() => ({ id: 'mine' }), pending];
	void signIn().offer();
	await vi.waitFor(() => expect(refusals).toEqual(['INVALID_CREDENTIALS']));
	await vi.waitFor(() => expect(asked).toHaveLength(2));
	expect(got).toEqual([]);
});

test('too many requests are shown only to a visitor who chose a passkey', async () => {
	api.on(BeginPasskeySignIn, () => ({ beginPasskeySignIn: refused('RATE_LIMITED') as never }));
	await signIn().offer();
	expect(refusals).toEqual([]);
	await signIn().choose();
	expect([refusals, asked]).toEqual([['RATE_LIMITED'], []]);
});

test('another site neither gets options nor signs in', async () => {
	const request = {
		headers: new Headers({ 'sec-fetch-site': 'cross-site' }),
		json: () => Promise.resolve({})
	};
	const event = { request, locals: { api }, url: new URL('http://localhost/') } as never;
	for (const handle of [POST, PUT])
		expect(await (await handle(event)).json()).toMatchObject({ refusal: { code: 'FORBIDDEN' } });
	expect(api.asked).toEqual([]);
});

test('goes nowhere but to this site', async () => {
	answers = [() => ({ id: 'mine' })];
	await signIn('/sign-in/passkey?next=%2F%2Fevil.example').choose();
	expect(got).toEqual(['/']);
});

test('a passkey is made as JSON, and none where the user ends it', async () => {
	answers = [() => ({ id: 'new' })];
	expect(await createPasskey({} as never)).toBe('{"id":"new"}');
	for (const [name, outcome] of [
		['NotAllowedError', null],
		['SecurityError', 'raised']
	] as const) {
		answers = [
			() => {
				throw ended(name);
			}
		];
		expect(await createPasskey({} as never).catch(() => 'raised')).toBe(outcome);
	}
});
