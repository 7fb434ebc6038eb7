/** What the forms of views and of the look make of a browser's cookies, with and without script. */
import { isHttpError, isRedirect } from '@sveltejs/kit';
import { beforeEach, describe, expect, test } from 'vitest';
import { deViews } from '#lib/messages/de-views.ts';
import { lookAction, viewAction } from '#lib/server/view-actions.ts';
import { lookOf, openWithView, savedViews } from '#lib/server/views.ts';
import { parseUsers } from '#lib/utils/user/address.ts';
import { userList } from '#lib/utils/user/views.ts';
import { Jar } from './visit.ts';

const parse = (search: string) => parseUsers(new URLSearchParams(search));

/** An access token of a user whose id ends with these digits. */
const token = (digit: string) => {
	const claims = JSON.stringify({ sub: `0190a8b0-0000-7000-8000-${digit.repeat(12)}` });
	return `x.${Buffer.from(claims).toString('base64url')}.y`;
};
const cookieOf = (digit: string) => `views.${digit.repeat(12)}`;

let jar: Jar;
beforeEach(() => (jar = new Jar({ rollcall: token('a') })));

/** Sends a form of the panel; the answer as script has it, or where a browser without script is led. */
async function send(fields: Record<string, string>, { script = true, act = viewAction(userList) } = {}) {
	const form = new FormData();
	for (const [name, value] of Object.entries({ here: '/people', ...fields })) form.append(name, value);
	const headers = new Headers(script ? { accept: 'application/json' } : { accept: 'text/html' });
	const event = {
		request: { formData: async () => form, headers },
		cookies: jar.cookies,
		locals: {
			locale: 'de',
			api: {
				renew: async () => false,
				signIn() {
					throw new Error('to sign in');
				}
			}
		},
		url: new URL('http://localhost/people/view')
	};
	try {
		const answer = await act(event as never);
		return { status: answer.status, ...((await answer.json()) as { location?: string; reason?: string }) };
	} catch (thrown) {
		if (isRedirect(thrown)) return { status: thrown.status, location: thrown.location };
		if (isHttpError(thrown)) return { status: thrown.status, reason: thrown.body.message };
		throw thrown;
	}
}
const names = () => savedViews(jar.cookies, userList).map(({ name }) => name);

describe('the form of views', () => {
	const here = '/people?status=DISABLED&sort=name';
	const LOOK = 'cols=name,role,status,seen,created&density=comfortable';

	test('saves what is shown, all of it, and leads to the address that has its name', async () => {
		const location = `/people?status=DISABLED&sort=name&${LOOK}&view=Night`;
		expect(await send({ do: 'save', name: ' Night ', here: `${here}&after=x` })).toMatchObject({
			location: expect.stringContaining('view=Night')
		});
		expect(savedViews(jar.cookies, userList)[0]).toMatchObject({ search: location.slice(7), opens: false });
		expect(jar.set[cookieOf('a')]).toMatchObject({ path: '/people', httpOnly: true, sameSite: 'lax' });
		expect(await send({ do: 'save', name: 'Day', here }, { script: false })).toEqual({
			status: 303,
			location: location.replace('Night', 'Day')
		});
	});

	test('asks before it takes the place of another, not of the one that is shown', async () => {
		await send({ do: 'save', name: 'A', here });
		expect(await send({ do: 'save', name: 'A', here: '/people' })).toEqual({ status: 200, reason: 'taken' });
		expect(await send({ do: 'save', name: 'A', here }, { script: false })).toEqual({
			status: 409,
			reason: deViews.refused.taken
		});
		await send({ do: 'replace', name: 'A', here: '/people?role=ADMIN' });
		expect(savedViews(jar.cookies, userList)[0]!.search).toContain('role=ADMIN');
		await send({ do: 'save', name: 'A', of: 'A', here: '/people?role=AUDITOR&view=A' });
		expect(savedViews(jar.cookies, userList)[0]!.search).toContain('role=AUDITOR');
		expect(names()).toEqual(['A']);
	});

	test('renames, with the place in the list that one has', async () => {
		for (const name of ['A', 'B']) await send({ do: 'save', name, here });
		const shown = '/people?status=DISABLED&view=A&after=x';
		expect(await send({ do: 'rename', of: 'A', name: 'C', here: shown })).toMatchObject({
			location: '/people?status=DISABLED&view=C&after=x'
		});
		expect(await send({ do: 'rename', of: 'B', name: 'C', here })).toMatchObject({ reason: 'taken' });
		expect(await send({ do: 'rename', of: 'B', name: ' ', here })).toMatchObject({ reason: 'nameless' });
		expect(await send({ do: 'rename', of: 'X', name: 'Y', here })).toMatchObject({ reason: 'unknown' });
		expect(names()).toEqual(['C', 'B']);
	});

	test('has the list open with one, with another, and with none', async () => {
		for (const name of ['A', 'B']) await send({ do: 'save', name, here });
		const first = () => savedViews(jar.cookies, userList).filter(({ opens }) => opens)[0]?.name;
		for (const name of ['A', 'B']) {
			await send({ do: 'open', of: name, here });
			expect(first()).toBe(name);
		}
		await send({ do: 'plain', of: 'B', here });
		expect(first()).toBeUndefined();
		expect(await send({ do: 'open', of: 'X', here })).toMatchObject({ reason: 'unknown' });
	});

	test('deletes, and what is shown stays, without the name', async () => {
		for (const name of ['A', 'B']) await send({ do: 'save', name, here });
		await send({ do: 'open', of: 'B', here });
		expect(await send({ do: 'remove', of: 'A', here: '/people?view=A' })).toMatchObject({
			location: '/people?view=all'
		});
		expect(await send({ do: 'remove', of: 'B', here: `${here}&view=B` })).toMatchObject({ location: here });
		expect(names()).toEqual([]);
		expect(jar.deleted.at(-1)).toEqual({ name: cookieOf('a'), path: '/people' });
	});

	test('keeps no more than a request has room for', async () => {
		const long = `/people?q=${'x'.repeat(190)}`;
		let answer: { reason?: string } = {};
		for (let n = 0; n < 30 && !answer.reason; n += 1)
			answer = await send({ do: 'save', name: `${n}`, here: long });
		expect(answer.reason).toBe('full');
		expect(names().length).toBeGreaterThan(4);
		expect(jar.set[cookieOf('a')]!.value.length).toBeLessThanOrEqual(2_000);
	});

	test('of another page, or without a session, changes nothing', async () => {
		expect(await send({ do: 'save', name: 'A', here: '/activity' })).toMatchObject({ status: 400 });
		expect(await send({ do: 'save', name: 'A', here: 'https://evil.example/people' })).toMatchObject({
			status: 400
		});
		expect(await send({ do: 'burn', name: 'A' })).toMatchObject({ status: 400 });
		jar = new Jar({ rollcall: 'mangled' });
		await expect(send({ do: 'save', name: 'A' })).rejects.toThrow('to sign in');
		expect(jar.set).toEqual({});
	});
});

test('each user has views of their own, and a browser keeps those of few users', async () => {
	for (const digit of ['a', 'b', 'c']) {
		jar.cookies.set('rollcall', token(digit), { path: '/' });
		expect(names()).toEqual([]);
		await send({ do: 'save', name: digit });
		expect(names()).toEqual([digit]);
	}
	expect(jar.deleted).toEqual([{ name: cookieOf('b'), path: '/people' }]);
});

describe('the form of the look', () => {
	const look = (fields: Record<string, string>) => send(fields, { act: lookAction(userList) });

	test('is remembered, and the address stays where it says nothing of it', async () => {
		const here = '/people?status=DISABLED&after=x';
		expect(await look({ cols: 'name', density: 'compact', here })).toMatchObject({ location: here });
		expect(lookOf(jar.cookies, userList, parse(''))).toEqual({ density: 'compact', columns: ['name'] });
		expect(jar.set.columns).toMatchObject({ path: '/people' });
		expect(jar.set.density).toMatchObject({ path: '/' });
	});

	test('is said anew by an address that says it, which comes before what is remembered', async () => {
		const here = '/people?cols=name,email&density=compact&view=Night';
		expect(await look({ cols: 'name,role', density: 'comfortable', here })).toMatchObject({
			location: '/people?cols=name,role&density=comfortable&view=Night'
		});
		expect(lookOf(jar.cookies, userList, parse('cols=name,seen&density=compact'))).toEqual({
			density: 'compact',
			columns: ['name', 'seen']
		});
	});

	test('is the default without a choice', () => {
		jar = new Jar({ columns: 'nothing.known', density: 'huge' });
		expect(lookOf(jar.cookies, userList, parse(''))).toEqual({
			density: 'comfortable',
			columns: userList.columns
		});
	});
});

describe('the list’s own address', () => {
	const known: string[] = [];
	const open = async (search = '') => {
		known.length = 0;
		const url = new URL(`http://localhost/people${search}`);
		try {
			await openWithView({ cookies: jar.cookies, url }, userList, async () => known.push('asked'));
		} catch (thrown) {
			if (isRedirect(thrown)) return thrown.location;
			throw thrown;
		}
		return null;
	};

	test('leads to the view that it opens with, and an address that asks for something does not', async () => {
		await send({ do: 'save', name: 'Night', here: '/people?status=DISABLED' });
		expect(await open()).toBeNull();
		expect(known).toEqual([]);
		await send({ do: 'open', of: 'Night' });
		expect(await open()).toBe(`/people${savedViews(jar.cookies, userList)[0]!.search}`);
		expect(await open('?view=all')).toBeNull();
	});

	test('never leads to another user’s view', async () => {
		await send({ do: 'save', name: 'Night' });
		await send({ do: 'open', of: 'Night' });
		jar.cookies.set('rollcall', token('b'), { path: '/' });
		expect(await open()).toBeNull();
		expect(known).toEqual(['asked']);
	});
});
