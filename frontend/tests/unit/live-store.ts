/** The live store over a socket that the test holds the other end of (graphql-transport-ws), with time in its hand. */
import { afterEach, beforeEach, vi } from 'vitest';
import type { TypedDocument } from '#lib/graphql/documents.ts';
import { Live } from '#lib/stores/live/live.svelte.ts';
import type { Problem } from '#lib/types/problem.ts';
import { Socket } from '../fakes/socket.ts';

export type Message =
	| { __typename: 'Event'; cursor: string; name: string }
	| { __typename: 'Heartbeat' | 'FeedReady'; cursor: string }
	| { __typename: 'ResyncRequired'; cursor: string; reason: string };
const Feed = 'subscription Feed($after: String) { feed }' as TypedDocument<
	{ feed: Message },
	{ after: string | null }
>;

const page = () => Object.assign(new EventTarget(), { cookie: '', visibilityState: 'visible' });
export let document: ReturnType<typeof page>;
export let signedOut: string[];
/** The first test loads the client, which takes a busy machine a while. */
export const PATIENCE_MS = 20_000;
export let rereads: number;
export let live: Live;
let stop = () => {};
export const newest = () => Socket.all.at(-1)!;
export const advance = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds);

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
		() => (rereads += 1),
		'rollcall_until'
	);
	stop = live.start();
	await vi.waitUntil(() => live.state === 'live', PATIENCE_MS);
});

afterEach(() => {
	stop();
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

export function follow() {
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

export const happened = (name: string): Message => ({ __typename: 'Event', cursor: name, name });
export const push = (message: Message) => newest().push('Feed', { feed: message });
export const cursorsAsked = () =>
	Socket.all.flatMap((socket) => socket.subscriptions('Feed').map(({ payload }) => payload!.variables.after));
