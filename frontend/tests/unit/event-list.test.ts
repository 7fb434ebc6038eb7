import { describe, expect, it, vi } from 'vitest';
import type { EventRow, UserEventsData } from '#lib/graphql/documents.ts';
import { EventList, Reader } from '#lib/stores/event/list.svelte.ts';

type Message = UserEventsData['userEvents'];

const row = (n: number): EventRow => ({
	id: `event-${n}`,
	cursor: `cursor-${n}`,
	type: 'USER_UPDATED',
	occurredAt: '2026-01-01T00:00:00Z',
	actor: null,
	user: null,
	userId: 'somebody',
	changes: [],
	requestId: null,
	ipAddress: null
});
const happened = (n: number): Message => ({ __typename: 'Event', ...row(n) });
const numbers = (events: readonly EventRow[]) => events.map((event) => Number(event.id.slice(6)));

function list(reader = new Reader(), events: EventRow[] = [row(2), row(1)]) {
	return new EventList(events, 'cursor-2', reader);
}

describe('a list of events', () => {
	it('shows what happens while the reader looks at the newest', () => {
		const events = list();
		events.apply(happened(3));
		expect(numbers(events.shown)).toEqual([3, 2, 1]);
		expect(events.fresh.has('event-3')).toBe(true);
		expect(events.waitingCount).toBe(0);
	});

	it.each([
		['asked for a pause', (reader: Reader) => (reader.paused = true)],
		['is away', (reader: Reader) => (reader.away = true)],
		['reads details', (reader: Reader) => reader.toggled('event-1', true)]
	])('keeps what happens waiting while the reader %s', (_, act) => {
		const reader = new Reader();
		const events = list(reader);
		act(reader);
		events.apply(happened(3));
		events.apply(happened(4));
		expect(numbers(events.shown)).toEqual([2, 1]);
		expect(events.waitingCount).toBe(2);
		expect(events.show()).toBe(true);
		expect(numbers(events.shown)).toEqual([4, 3, 2, 1]);
		expect(events.seen).toBe('event-2');
		expect(events.waitingCount).toBe(0);
	});

	it('does not wait for details that are closed, or of an event that is not shown', () => {
		const reader = new Reader();
		const events = list(reader);
		reader.toggled('event-1', true);
		reader.toggled('event-1', false);
		reader.toggled('event-99', true);
		events.apply(happened(3));
		expect(numbers(events.shown)).toEqual([3, 2, 1]);
	});

	it('lets nothing overtake what waits', () => {
		const reader = new Reader();
		const events = list(reader);
		reader.away = true;
		events.apply(happened(3));
		reader.away = false;
		events.apply(happened(4));
		expect(numbers(events.shown)).toEqual([2, 1]);
		expect(numbers(events.waiting)).toEqual([4, 3]);
	});

	it('moves nothing under a moving pointer, and catches up by itself when it rests', () => {
		vi.useFakeTimers();
		const reader = new Reader();
		const events = list(reader);
		reader.aim();
		events.apply(happened(3));
		events.settle();
		expect(numbers(events.shown)).toEqual([2, 1]);
		expect(events.waitingCount).toBe(0);
		vi.runAllTimers();
		events.settle();
		expect(numbers(events.shown)).toEqual([3, 2, 1]);
		vi.useRealTimers();
	});

	it('takes an event once, shown or waiting', () => {
		const reader = new Reader();
		const events = list(reader);
		events.apply(happened(2));
		reader.paused = true;
		events.apply(happened(3));
		events.apply(happened(3));
		expect(numbers(events.shown)).toEqual([2, 1]);
		expect(events.waitingCount).toBe(1);
	});

	it('keeps a flood waiting', () => {
		vi.useFakeTimers({ now: 1_000_000 });
		const events = list();
		for (let n = 3; n < 23; n += 1) events.apply(happened(n));
		expect(events.shown.length).toBe(10);
		expect(events.waitingCount).toBe(12);
		vi.useRealTimers();
	});

	it('counts what it does not keep, and then asks for the page to be read anew', () => {
		const reader = new Reader();
		const events = list(reader);
		reader.paused = true;
		for (let n = 3; n < 1003; n += 1) events.apply(happened(n));
		expect(events.waitingCount).toBe(1000);
		expect(events.waiting.length).toBe(200);
		expect(events.show()).toBe(false);
	});

	it('says where older ones begin, also after it was cut', () => {
		const many = Array.from({ length: 400 }, (_, index) => row(400 - index));
		const events = list(new Reader(), many);
		expect(events.older).toBeNull();
		events.apply(happened(401));
		expect(events.shown.length).toBe(400);
		expect(events.older).toBe('cursor-2');
		expect(new EventList([row(2)], null, new Reader(), true).older).toBe('cursor-2');
	});
});

describe('following', () => {
	function follow(events: EventList, state: 'live' | 'catchingUp' = 'live') {
		const resyncs: string[] = [];
		const feeds: Parameters<Parameters<EventList['follow']>[0]['follow']>[0][] = [];
		const live = { state, follow: (feed: (typeof feeds)[number]) => (feeds.push(feed), () => {}) };
		events.follow(live, null, (reason) => resyncs.push(reason));
		const feed = feeds[0]!;
		return { feed, resyncs, tell: (userEvents: Message) => feed.next({ userEvents }) };
	}

	it('begins where the page was read and moves on with every message', () => {
		const { feed, tell } = follow(list());
		expect(feed.variables).toEqual({ after: 'cursor-2', filter: null });
		expect(tell(happened(3))).toBe(false);
		expect(feed.variables.after).toBe('cursor-3');
		expect(tell({ __typename: 'Heartbeat', cursor: 'cursor-9' })).toBe(true);
		expect(feed.variables.after).toBe('cursor-9');
	});

	it('keeps what was missed waiting', () => {
		const events = list();
		const { tell } = follow(events, 'catchingUp');
		tell(happened(3));
		expect(numbers(events.shown)).toEqual([2, 1]);
		expect(events.waitingCount).toBe(1);
	});

	it('says when the position is gone', () => {
		const { tell, resyncs } = follow(list());
		expect(tell({ __typename: 'ResyncRequired', cursor: 'cursor-50', reason: 'pruned' })).toBe(true);
		expect(resyncs).toEqual(['pruned']);
	});

	it('takes older ones below, each once, and knows where the next begin', () => {
		const events = list();
		events.apply(happened(3));
		events.append([row(1), row(0)], true);
		expect(numbers(events.shown)).toEqual([3, 2, 1, 0]);
		expect(events.older).toBe('cursor-0');
		events.append([], false);
		expect(events.older).toBeNull();
	});
});
