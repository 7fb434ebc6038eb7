/** The live store over a socket that the test holds the other end of (graphql-transport-ws). */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { TypedDocument } from '#lib/graphql/documents.ts';
import { Live } from '#lib/stores/live/live.svelte.ts';
import type { Problem } from '#lib/types/problem.ts';
import { Socket, type Frame } from '../fakes/socket.ts';

type Message =
	| { __typename: 'Event'; cursor: string; name: string }
	| { __typename: 'Heartbeat' | 'FeedReady'; cursor: string }
	| { __typename: 'ResyncRequired'; cursor: string; reason: string };
const Feed = 'subscription Feed($after: String) { feed }' as TypedDocument<
	{ feed: Message },
	{ after: string | null }
>;

const page = () => Object.assign(new EventTarget(), { cookie: '', visibilityState: 'visible' });
let document: ReturnType<typeof page>;
let signedOut: string[];
/** The first test loads the client, which takes a busy machine a while. */
const PATIENCE_MS = 20_000;
let rereads: number;
let live: Live;
let stop = () => {};
const newest = () => Socket.all.at(-1)!;
const advance = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds);

beforeEach(async () => {
	vi.useFakeTimers();
	Socket.all = [];
	Socket.refusing = false;
	document = page();
	const window = new EventTarget();
	vi.stubGlobal('WebSocket', Object.assign(Socket, { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 }));
	vi.stubGlobal('document', document);
	vi.stubGlobal('location', new URL('http://localhost:3000/people'));
	vi.stubGlobal('addEventListener', window.addEventListener.bind(window));
	vi.stubGlobal('removeEventListener', window.removeEventListener.bind(window));
	vi.stubGlobal('navigator', { onLine: true });
	[signedOut, rereads] = [[], 0];
	live = new Live(
		(reason) => signedOut.push(reason),
		() => (rereads += 1)
	);
	stop = live.start();
	await vi.waitUntil(() => live.state === 'live', PATIENCE_MS);
});

afterEach(() => {
	stop();
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

function follow() {
	const seen: [name: string, missed: boolean][] = [];
	const refused: Problem[] = [];
	const calls: string[] = [];
	const stop = live.follow(
		Feed,
		{ after: 'start' },
		{
			event: ({ name }, missed) => seen.push([name, missed]),
			begin: () => calls.push('begin'),
			ready: () => calls.push('ready'),
			resync: (reason) => calls.push(reason),
			refused: (problem) => refused.push(problem)
		}
	);
	return { seen, refused, calls, stop };
}

const happened = (name: string): Message => ({ __typename: 'Event', cursor: name, name });
const push = (message: Message) => newest().push('Feed', { feed: message });
const cursorsAsked = () =>
	Socket.all.flatMap((socket) => socket.subscriptions('Feed').map(({ payload }) => payload!.variables.after));

test('one socket carries everything', async () => {
	follow();
	await advance();
	expect(Socket.all).toHaveLength(1);
	expect(newest().url).toBe('ws://localhost:3000/graphql');
	for (const operation of ['Presence', 'SessionNotices', 'Feed'])
		expect(newest().subscribed(operation)).toBeDefined();
});

test('a feed that the server ends is begun again from where it was told to go on', async () => {
	const feed = follow();
	await advance();
	push(happened('there'));
	newest().receive({ id: newest().subscribed('Feed')!.id, type: 'complete' });
	await advance(3_000);
	expect(cursorsAsked()).toEqual(['start', 'there']);
	feed.stop();
	newest().receive({ id: newest().subscribed('Feed')!.id, type: 'complete' });
	await advance(3_000);
	expect(cursorsAsked()).toHaveLength(2);
});

describe('what the API refuses', () => {
	test('is told once, shown, and not asked for ever', async () => {
		const feed = follow();
		await advance();
		newest().fail('Feed', 'FORBIDDEN');
		await advance(60_000);
		expect(cursorsAsked()).toHaveLength(1);
		expect(feed.refused).toEqual([{ code: 'FORBIDDEN', message: 'It is FORBIDDEN' }]);
		expect(live.state).toBe('refused');
		// Another connection does not ask again either, and is not "catching up" with it.
		newest().drop(1006);
		await advance(10_000);
		expect([live.state, cursorsAsked().length]).toEqual(['refused', 1]);
		live.retryNow();
		await advance();
		expect([live.state, cursorsAsked().length]).toEqual(['live', 2]);
	});

	test('is forgotten with the page that asked for it', async () => {
		const feed = follow();
		await advance();
		newest().fail('Feed', 'VALIDATION_ERROR');
		await advance();
		expect(live.state).toBe('refused');
		feed.stop();
		expect(live.state).toBe('live');
	});

	test.each(['INTERNAL_ERROR', 'RATE_LIMITED', 'UNAVAILABLE'])(
		'for a while (%s) is asked again, ever less often',
		async (code) => {
			const feed = follow();
			await advance();
			const ends = Date.now() + 10 * 60_000;
			while (Date.now() < ends) {
				if (newest().subscriptions('Feed').length > newest().failed) newest().fail('Feed', code);
				await advance(1_000);
			}
			expect(cursorsAsked().length).toBeGreaterThan(8);
			expect(cursorsAsked().length).toBeLessThan(30);
			expect(feed.refused).toEqual([]);
		}
	);

	test('says how long to wait', async () => {
		follow();
		await advance();
		const { id } = newest().subscribed('Feed')!;
		const payload = [{ message: '', extensions: { code: 'RATE_LIMITED', retryAfter: 30 } }];
		newest().receive({ id, type: 'error', payload });
		await advance(29_000);
		expect(cursorsAsked()).toHaveLength(1);
		await advance(3_000);
		expect(cursorsAsked()).toHaveLength(2);
	});
});

describe('a position that is gone', () => {
	const pruned = (): Message => ({ __typename: 'ResyncRequired', cursor: 'head', reason: 'pruned' });

	test('has the page read again, and goes on from the new one', async () => {
		const feed = follow();
		await advance();
		push(pruned());
		await advance();
		expect([feed.calls, rereads]).toEqual([['begin', 'pruned'], 1]);
		push(happened('after'));
		expect(feed.seen).toEqual([['after', false]]);
	});

	test('again and again has it read ever less often', async () => {
		follow();
		await advance();
		for (let second = 0; second < 120; second += 1) {
			push(pruned());
			await advance(1_000);
		}
		const early = rereads;
		expect(early).toBeGreaterThan(1);
		expect(early).toBeLessThan(100);
		push({ __typename: 'Heartbeat', cursor: 'head' });
		push(pruned());
		await advance();
		expect(rereads).toBe(early + 1);
	});
});

test('who comes and goes is known; until then what the page said holds', async () => {
	const changes: string[] = [];
	const stop = live.presence.onChange(() => changes.push('changed'));
	expect(live.presence.isOnline({ id: 'ada', online: true })).toBe(true);
	newest().push('Presence', { presence: { userId: 'ada', online: false } });
	expect(live.presence.isOnline({ id: 'ada', online: true })).toBe(false);
	stop();
	newest().push('Presence', { presence: { userId: 'ada', online: true } });
	expect(changes).toEqual(['changed']);
});

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
		stop();
		const calls: string[] = [];
		live = new Live(
			() => {},
			() => {}
		);
		live.onReconnect(() => calls.push('again'));
		stop = live.start();
		await vi.waitUntil(() => live.state === 'live', PATIENCE_MS);
		expect(calls).toEqual([]);
	});

	test('is told once when it is back, to whoever listens by then', async () => {
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
