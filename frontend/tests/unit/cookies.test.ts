import { describe, expect, test } from 'vitest';
import {
	cookieHeader,
	forget,
	parseSetCookie,
	passOn,
	refreshToken,
	sentCookies
} from '#lib/server/cookies.ts';
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
		const { cookies } = new Jar({ '__Host-rollcall': 'a', '__Host-rollcall_refresh': 'b', xrollcall: 'c' });
		expect(cookieHeader(cookies)).toBe('__Host-rollcall=a; __Host-rollcall_refresh=b');
		expect(refreshToken(cookies)).toBe('b');
	});

	test('is every one of them, two of one name included', () => {
		const cookie = 'rollcall_refresh=planted; theme=dark;rollcall=a ; rollcall_refresh=own; odd';
		expect(sentCookies(new Request('http://localhost/', { headers: { cookie } }))).toBe(
			'rollcall_refresh=planted; rollcall=a; rollcall_refresh=own'
		);
		expect(sentCookies(new Request('http://localhost/'))).toBe('');
	});

	test('of an earlier version is no refresh token, and is taken back', () => {
		const jar = new Jar({ '__Host-rollcall': 'a', '__Secure-rollcall_refresh': 'b' });
		expect(refreshToken(jar.cookies)).toBeUndefined();
		forget(jar.cookies);
		expect(jar.set['__Secure-rollcall_refresh']?.value).toBe('');
	});
});

test('what comes from the API is handed on as it is, out of the script’s reach', () => {
	const jar = new Jar();
	passOn(jar.cookies, [
		'rollcall=a; Path=/; Max-Age=600; HttpOnly',
		'rollcall_refresh=b; Path=/; Max-Age=9000; HttpOnly',
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
