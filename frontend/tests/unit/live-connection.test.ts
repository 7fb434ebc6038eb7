/** What the live store makes of its connection: lost, silent, tried again, renewed, and ended with the session. */
import { describe, expect, test, vi } from 'vitest';
import { Live } from '#lib/stores/live/live.svelte.ts';
import { Socket, type Frame } from '../fakes/socket.ts';
import {
	PATIENCE_MS,
	advance,
	cursorsAsked,
	document,
	follow,
	happened,
	live,
	newest,
	push,
	signedOut
} from './live-store.ts';

describe('a lost connection', () => {
	test('is offline, then catching up from the cursor, then live; what was missed says so', async () => {
		const feed = follow();
		await advance();
		push(happened('moved'));
		newest().drop(1006);
		expect(live.state).toBe('offline');
		await advance(1_000);
		expect(live.state).toBe('catchingUp');
		expect(cursorsAsked()).toEqual(['start', 'moved']);
		push(happened('missed'));
		expect(live.state).toBe('catchingUp');
		push({ __typename: 'Heartbeat', cursor: 'now' });
		push(happened('new'));
		expect(live.state).toBe('live');
		expect(feed.seen).toEqual([
			['moved', false],
			['missed', true],
			['new', false]
		]);
	});

	test('begins a feed again, for one that sends a snapshot first, and says when that is complete', async () => {
		const feed = follow();
		await advance();
		newest().drop(1006);
		await advance(1_000);
		push({ __typename: 'FeedReady', cursor: 'now' });
		expect([feed.calls, live.state]).toEqual([['begin', 'begin', 'ready'], 'live']);
	});

	test('is no reconnection the first time', async () => {
		const calls: string[] = [];
		const first = new Live(
			() => {},
			() => {},
			'rollcall_until'
		);
		first.onReconnect(() => calls.push('again'));
		const stop = first.start();
		await vi.waitUntil(() => first.state === 'live', PATIENCE_MS);
		stop();
		expect(calls).toEqual([]);
	});

	test('reports once that the connection is back, to the listeners of that moment', async () => {
		const calls: string[] = [];
		const stop = live.onReconnect(() => calls.push('early'));
		newest().drop(1006);
		await advance(1_000);
		expect(calls).toEqual(['early']);
		// A search after that begins to listen anew with each keystroke: it is no reason to read again.
		stop();
		live.onReconnect(() => calls.push('late'));
		await advance(60_000);
		expect(calls).toEqual(['early']);
		newest().drop(1006);
		await advance(1_000);
		expect(calls).toEqual(['early', 'late']);
	});

	test('is tried again for as long as it takes, ever more slowly, and at once when asked', async () => {
		Socket.refusing = true;
		newest().drop(1006);
		await advance(10 * 60_000);
		const tries = Socket.all.length;
		expect(tries).toBeGreaterThan(50);
		expect(tries).toBeLessThan(130);
		Socket.refusing = false;
		live.retryNow();
		await advance();
		expect(live.state).toBe('live');
	});

	test('back after sleep, seen by the page becoming visible', async () => {
		Socket.refusing = true;
		newest().drop(1006);
		await advance(60_000);
		Socket.refusing = false;
		document.dispatchEvent(new Event('visibilitychange'));
		await advance();
		expect(live.state).toBe('live');
	});

	test('that nobody closed is noticed by its silence', async () => {
		const silent = newest();
		silent.send = (data) => void silent.sent.push(JSON.parse(data) as Frame);
		await advance(20_000);
		expect(Socket.all.length).toBeGreaterThan(1);
	});

	test('a feed that was given up holds nothing back', async () => {
		const feed = follow();
		await advance();
		newest().drop(1006);
		await advance(1_000);
		expect(live.state).toBe('catchingUp');
		feed.stop();
		expect(live.state).toBe('live');
	});

	test('an answer to an old ping does not end the new connection', async () => {
		const silent = newest();
		silent.send = (data) => void silent.sent.push(JSON.parse(data) as Frame);
		await advance(11_000);
		silent.drop(1006);
		await advance(1_000);
		const fresh = newest();
		await advance(6_000);
		expect(newest()).toBe(fresh);
	});
});

describe('the end of a session', () => {
	test.each([
		['DISABLED', 'account_disabled'],
		['ROLE_CHANGED', 'role_changed'],
		['SIGNED_OUT', 'session_revoked']
	])('%s is told by its kind, and nothing is tried again', async (kind, reason) => {
		await advance();
		newest().push('SessionNotices', { sessionNotices: { kind, message: '' } });
		newest().drop(4403, 'Account disabled, says a text that nobody reads');
		await advance(60_000);
		expect(signedOut).toEqual([reason]);
		expect(Socket.all).toHaveLength(1);
	});

	test('without a notice is an ended session, whatever the text', async () => {
		newest().drop(4403, 'disabled');
		await advance(60_000);
		expect(signedOut).toEqual(['session_revoked']);
	});

	test('that is about to end, and cannot be renewed, says so', async () => {
		vi.stubGlobal('fetch', async () => Response.json({}, { status: 401 }));
		await advance();
		newest().push('SessionNotices', { sessionNotices: { kind: 'EXPIRING', message: '' } });
		await advance(1_000);
		expect(signedOut).toEqual(['token_expired']);
	});

	test('that cannot be renewed says so', async () => {
		vi.stubGlobal('fetch', async () => Response.json({}, { status: 401 }));
		newest().drop(4401, 'Expired');
		await advance(5_000);
		expect(signedOut).toEqual(['token_expired']);
	});
});

test('a session near its end is renewed without a break', async () => {
	const asked: string[] = [];
	vi.stubGlobal('fetch', async (path: string) => {
		asked.push(path);
		document.cookie = `rollcall_until=${Math.floor(Date.now() / 1000) + 600}`;
		return Response.json({});
	});
	const states: string[] = [];
	await advance();
	newest().push('SessionNotices', { sessionNotices: { kind: 'EXPIRING', message: '' } });
	for (let step = 0; step < 20; step += 1) {
		await advance(50);
		states.push(live.state);
	}
	expect(asked).toEqual(['/session']);
	expect(Socket.all).toHaveLength(2);
	expect(new Set(states)).toEqual(new Set(['live']));
});

test('a session is renewed half a minute before its token ends', async () => {
	const asked: number[] = [];
	const ends = Math.floor(Date.now() / 1000) + 300;
	document.cookie = `rollcall_until=${ends}`;
	vi.stubGlobal('fetch', async () => {
		asked.push(Math.round(ends - Date.now() / 1000));
		document.cookie = `rollcall_until=${ends + 600}`;
		return Response.json({});
	});
	newest().drop(1006);
	await advance(310_000);
	expect(asked).toHaveLength(1);
	expect(asked[0]).toBeGreaterThanOrEqual(29);
	expect(asked[0]).toBeLessThanOrEqual(31);
});

test('a connection that comes back near the end of the token has it renewed first', async () => {
	document.cookie = `rollcall_until=${Math.floor(Date.now() / 1000) + 20}`;
	const sockets: number[] = [];
	vi.stubGlobal('fetch', async () => {
		sockets.push(Socket.all.length);
		document.cookie = `rollcall_until=${Math.floor(Date.now() / 1000) + 600}`;
		return Response.json({});
	});
	newest().drop(1006);
	await advance(1_000);
	// Asked for before there was a second connection, and once.
	expect([sockets, Socket.all.length]).toEqual([[1], 2]);
});
