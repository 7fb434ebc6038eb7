/** The live store over a socket that the test holds the other end of (graphql-transport-ws). */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { TypedDocument } from '#lib/graphql/documents.ts';
import { Live } from '#lib/stores/live/live.svelte.ts';

type Feed = TypedDocument<{ feed: { cursor: string; current?: boolean } }, { after: string }>;
const Feed = 'subscription Feed($after: String) { feed }' as Feed;

interface Frame {
	type: string;
	id?: string;
	payload?: { query: string; variables: { after?: string } };
}

class Socket extends EventTarget {
	static all: Socket[] = [];
	static refusing = false;
	readyState = 0;
	sent: Frame[] = [];
	onopen = () => {};
	onmessage = (_: { data: string }) => {};
	onclose = (_: CloseEvent) => {};
	onerror = (_: unknown) => {};

	constructor(readonly url: string) {
		super();
		Socket.all.push(this);
		queueMicrotask(() => (Socket.refusing ? this.drop(1006) : this.#open()));
	}

	#open(): void {
		this.readyState = 1;
		this.onopen();
	}

	send(data: string): void {
		const frame = JSON.parse(data) as Frame;
		this.sent.push(frame);
		if (frame.type === 'connection_init') this.tell({ type: 'connection_ack' });
		if (frame.type === 'ping') this.tell({ type: 'pong' });
	}

	tell(frame: object): void {
		this.onmessage({ data: JSON.stringify(frame) });
	}

	/** Hands a message to whoever subscribed to the operation. */
	push(operation: string, data: object): void {
		const { id } = this.subscribed(operation)!;
		this.tell({ id, type: 'next', payload: { data } });
	}

	subscribed(operation: string): Frame | undefined {
		return this.sent.find(({ type, payload }) => type === 'subscribe' && payload!.query.includes(operation));
	}

	drop(code: number, reason = ''): void {
		this.readyState = 3;
		this.onclose(new CloseEvent('close', { code, reason, wasClean: code !== 1006 }));
	}

	close(code = 1000, reason = ''): void {
		this.drop(code, reason);
	}
}

const page = () => Object.assign(new EventTarget(), { cookie: '', visibilityState: 'visible' });
let document: ReturnType<typeof page>;
let signedOut: string[];
let live: Live;
let stop = () => {};
const newest = () => Socket.all.at(-1)!;
const settle = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds);

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
	signedOut = [];
	live = new Live((reason) => signedOut.push(reason));
	stop = live.start();
	await vi.waitUntil(() => live.state === 'live');
});

afterEach(() => {
	stop();
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

function follow(): { variables: { after: string }; stop: () => void } {
	const variables = { after: 'start' };
	const next = ({ feed }: { feed: { cursor: string; current?: boolean } }) => {
		variables.after = feed.cursor;
		return feed.current;
	};
	return { variables, stop: live.follow({ document: Feed, variables, resumes: true, next }) };
}

test('one socket carries everything', async () => {
	follow();
	await settle();
	expect(Socket.all).toHaveLength(1);
	expect(newest().url).toBe('ws://localhost:3000/graphql');
	for (const operation of ['Presence', 'SessionNotices', 'Feed'])
		expect(newest().subscribed(operation)).toBeDefined();
});

test('a feed that the server ends is begun again from where it was told to go on', async () => {
	const feed = follow();
	await settle();
	const socket = newest();
	const begun = () =>
		socket.sent.filter(({ type, payload }) => type === 'subscribe' && payload!.query.includes('Feed'));
	socket.push('Feed', { feed: { cursor: 'there' } });
	socket.tell({ id: begun()[0]!.id, type: 'complete' });
	await settle(3_000);
	expect(begun().map(({ payload }) => payload!.variables.after)).toEqual(['start', 'there']);
	feed.stop();
	socket.tell({ id: begun()[1]!.id, type: 'complete' });
	await settle(3_000);
	expect(begun()).toHaveLength(2);
});

test('who comes and goes is known; until then what the page said holds', async () => {
	expect(live.isOnline({ id: 'ada', online: true })).toBe(true);
	newest().push('Presence', { presence: { userId: 'ada', online: false } });
	expect(live.isOnline({ id: 'ada', online: true })).toBe(false);
});

describe('a lost connection', () => {
	test('is offline, then catching up from the cursor, then live', async () => {
		const feed = follow();
		await settle();
		newest().push('Feed', { feed: { cursor: 'moved' } });
		newest().drop(1006);
		expect(live.state).toBe('offline');
		await settle(1_000);
		expect(live.state).toBe('catchingUp');
		expect(newest().subscribed('Feed')?.payload?.variables).toEqual({ after: 'moved' });
		newest().push('Feed', { feed: { cursor: 'missed' } });
		expect(live.state).toBe('catchingUp');
		newest().push('Feed', { feed: { cursor: 'now', current: true } });
		expect([live.state, live.returns, feed.variables.after]).toEqual(['live', 1, 'now']);
	});

	test('is tried again for as long as it takes, ever more slowly, and at once when asked', async () => {
		Socket.refusing = true;
		newest().drop(1006);
		await settle(10 * 60_000);
		const tries = Socket.all.length;
		expect(tries).toBeGreaterThan(50);
		expect(tries).toBeLessThan(130);
		Socket.refusing = false;
		live.retryNow();
		await settle();
		expect(live.state).toBe('live');
	});

	test('back after sleep, seen by the page becoming visible', async () => {
		Socket.refusing = true;
		newest().drop(1006);
		await settle(60_000);
		Socket.refusing = false;
		document.dispatchEvent(new Event('visibilitychange'));
		await settle();
		expect(live.state).toBe('live');
	});

	test('that nobody closed is noticed by its silence', async () => {
		const silent = newest();
		silent.send = (data) => void silent.sent.push(JSON.parse(data) as Frame);
		await settle(20_000);
		expect(Socket.all.length).toBeGreaterThan(1);
	});

	test('a feed that was given up holds nothing back', async () => {
		const feed = follow();
		await settle();
		newest().drop(1006);
		await settle(1_000);
		expect(live.state).toBe('catchingUp');
		feed.stop();
		expect(live.state).toBe('live');
	});

	test('an answer to an old ping does not end the new connection', async () => {
		const silent = newest();
		silent.send = (data) => void silent.sent.push(JSON.parse(data) as Frame);
		await settle(11_000);
		silent.drop(1006);
		await settle(1_000);
		const fresh = newest();
		await settle(6_000);
		expect(newest()).toBe(fresh);
	});
});

describe('the end of a session', () => {
	test.each([
		['DISABLED', 'account_disabled'],
		['ROLE_CHANGED', 'role_changed'],
		['SIGNED_OUT', 'session_revoked']
	])('%s is told, and nothing is tried again', async (kind, reason) => {
		await settle();
		newest().push('SessionNotices', { sessionNotices: { kind, message: '' } });
		newest().drop(4403, 'The session has ended');
		await settle(60_000);
		expect(signedOut).toEqual([reason]);
		expect(Socket.all).toHaveLength(1);
	});

	test('that cannot be renewed says so', async () => {
		vi.stubGlobal('fetch', async () => Response.json({}, { status: 401 }));
		newest().drop(4401, 'Expired');
		await settle(5_000);
		expect(new Set(signedOut)).toEqual(new Set(['token_expired']));
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
	await settle();
	newest().push('SessionNotices', { sessionNotices: { kind: 'EXPIRING', message: '' } });
	for (let step = 0; step < 20; step += 1) {
		await settle(50);
		states.push(live.state);
	}
	expect(asked).toEqual(['/session']);
	expect(Socket.all).toHaveLength(2);
	expect(new Set(states)).toEqual(new Set(['live']));
});
