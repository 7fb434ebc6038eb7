import { describe, expect, test } from 'vitest';
import { cookieHeader, forget, parseSetCookie, passOn, refreshToken } from '#lib/server/cookies.ts';
import { Jar } from './visit.ts';

test('a Set-Cookie header is read as RFC 6265 has it', () => {
	expect(parseSetCookie('__Host-rollcall=a=b; Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Lax')).toEqual({
		name: '__Host-rollcall',
		value: 'a=b',
		path: '/',
		maxAge: 600,
		secure: true
	});
	expect(parseSetCookie('=nothing')).toBeNull();
	expect(parseSetCookie('')).toBeNull();
});

describe('what goes to the API', () => {
	test('is its own cookies and no others', () => {
		const { cookies } = new Jar({ rollcall: 'a', rollcall_refresh: 'b', theme: 'dark', rollcall_until: '1' });
		expect(cookieHeader(cookies)).toBe('rollcall=a; rollcall_refresh=b');
		expect(refreshToken(cookies)).toBe('b');
	});

	test('under https too', () => {
		const { cookies } = new Jar({ '__Host-rollcall': 'a', '__Secure-rollcall_refresh': 'b', xrollcall: 'c' });
		expect(cookieHeader(cookies)).toBe('__Host-rollcall=a; __Secure-rollcall_refresh=b');
		expect(refreshToken(cookies)).toBe('b');
	});
});

test('what comes from the API is handed on, out of the script’s reach, for the whole origin', () => {
	const jar = new Jar();
	passOn(jar.cookies, [
		'rollcall=a; Path=/; Max-Age=600; HttpOnly',
		'rollcall_refresh=b; Path=/graphql; Max-Age=9000; HttpOnly',
		'tracker=c; Path=/'
	]);
	expect(Object.keys(jar.set)).toEqual(['rollcall', 'rollcall_refresh']);
	expect(jar.set.rollcall_refresh).toMatchObject({ value: 'b', path: '/', httpOnly: true, maxAge: 9000 });
});

test('forgotten is everything of the session and nothing else', () => {
	const jar = new Jar({ rollcall: 'a', rollcall_refresh: 'b', theme: 'dark' });
	forget(jar.cookies);
	expect(Object.keys(jar.set).sort()).toEqual(['rollcall', 'rollcall_refresh', 'rollcall_until']);
	expect(cookieHeader(jar.cookies)).toBe('');
});
