import { describe, expect, it, vi } from 'vitest';
import type { EventRow, UserEventsData } from '#lib/graphql/documents.ts';
import type { EventOf } from '#lib/stores/live/live.svelte.ts';
import { EventList } from '#lib/stores/event/list.svelte.ts';
import { ReadingState } from '#lib/stores/event/reading.svelte.ts';

type Message = EventOf<UserEventsData>;

const row = (n: number): EventRow => ({
	id: `event-${n}`,
	cursor: `cursor-${n}`,
	type: 'USER_UPDATED',
	occurredAt: '2026-01-01T00:00:00Z',
	actor: null,
	actorId: null,
	user: null,
	userId: 'somebody',
	changes: [],
	requestId: null,
	ipAddress: null
});
const happened = (n: number): Message => ({ __typename: 'Event', ...row(n) });
const numbers = (events: readonly EventRow[]) => events.map((event) => Number(event.id.slice(6)));
const shown = (list: EventList) => numbers(list.rows.map((row) => row.current));

function list(reading = new ReadingState(), events: EventRow[] = [row(2), row(1)]) {
	return new EventList(events, reading);
}

describe('a list of events', () => {
	it('shows what happens while the reader looks at the newest', () => {
		const events = list();
		events.apply(happened(3));
		expect(shown(events)).toEqual([3, 2, 1]);
		expect(events.rows.map((row) => row.changes)).toEqual([1, 0, 0]);
		expect(events.waiting.count).toBe(0);
	});

	it.each([
		['asked for a pause', (reading: ReadingState) => (reading.paused = true)],
		['is offscreen', (reading: ReadingState) => (reading.offscreen = true)],
		['reads details', (reading: ReadingState) => reading.toggled('event-1', true)]
	])('keeps what happens waiting while the reader %s', (_, act) => {
		const reading = new ReadingState();
		const events = list(reading);
		act(reading);
		events.apply(happened(3));
		events.apply(happened(4));
		expect(shown(events)).toEqual([2, 1]);
		expect(events.waiting.count).toBe(2);
		expect(events.show()).toBe(true);
		expect(shown(events)).toEqual([4, 3, 2, 1]);
		expect(events.seen).toBe('event-2');
		expect(events.rows.map((row) => row.changes)).toEqual([0, 0, 0, 0]);
		expect(events.waiting.count).toBe(0);
	});

	it('does not wait for details that are closed, or of an event that is not shown', () => {
		const reading = new ReadingState();
		const events = list(reading);
		reading.toggled('event-1', true);
		reading.toggled('event-1', false);
		reading.toggled('event-99', true);
		events.apply(happened(3));
		expect(shown(events)).toEqual([3, 2, 1]);
	});

	it('lets nothing overtake what waits', () => {
		const reading = new ReadingState();
		const events = list(reading);
		reading.offscreen = true;
		events.apply(happened(3));
		reading.offscreen = false;
		events.apply(happened(4));
		expect(shown(events)).toEqual([2, 1]);
		expect(numbers(events.waiting.values)).toEqual([3, 4]);
	});

	it('moves nothing under a moving pointer, and catches up by itself when it rests', () => {
		vi.useFakeTimers();
		const reading = new ReadingState();
		const events = list(reading);
		reading.aim();
		events.apply(happened(3));
		events.release();
		expect(shown(events)).toEqual([2, 1]);
		expect(events.waiting.count).toBe(0);
		vi.runAllTimers();
		events.release();
		expect(shown(events)).toEqual([3, 2, 1]);
		vi.useRealTimers();
	});

	it('takes an event once, shown or waiting', () => {
		const reading = new ReadingState();
		const events = list(reading);
		events.apply(happened(2));
		reading.paused = true;
		events.apply(happened(3));
		events.apply(happened(3));
		expect(shown(events)).toEqual([2, 1]);
		expect(events.waiting.count).toBe(1);
	});

	it('keeps a flood waiting', () => {
		vi.useFakeTimers({ now: 1_000_000 });
		const events = list();
		for (let n = 3; n < 23; n += 1) events.apply(happened(n));
		expect(events.rows.length).toBe(10);
		expect(events.waiting.count).toBe(12);
		vi.useRealTimers();
	});

	it('counts as a flood what comes within one second, and not what comes in several', () => {
		vi.useFakeTimers({ now: 1_000_000 });
		const events = list();
		for (let n = 3; n < 23; n += 1) {
			if (n % 8 === 0) vi.advanceTimersByTime(1_000);
			events.apply(happened(n));
		}
		expect([events.rows.length, events.waiting.count]).toEqual([22, 0]);
		vi.useRealTimers();
	});

	it('counts what it does not keep, and then asks for the page to be read anew', () => {
		const reading = new ReadingState();
		const events = list(reading);
		reading.paused = true;
		for (let n = 3; n < 1003; n += 1) events.apply(happened(n));
		expect(events.waiting.count).toBe(1000);
		expect(numbers(events.waiting.values).slice(-2)).toEqual([1001, 1002]);
		expect(events.waiting.values.length).toBe(200);
		expect(events.show()).toBe(false);
	});

	it('says where older ones begin, also after it was cut', () => {
		const many = Array.from({ length: 400 }, (_, index) => row(400 - index));
		const events = list(new ReadingState(), many);
		expect(events.older).toBeNull();
		events.apply(happened(401));
		expect(events.rows.length).toBe(400);
		expect(events.older).toBe('cursor-2');
		// What was cut off is read again, and shown.
		events.append([row(1)], false);
		expect([events.rows.length, events.rows.at(-1)?.current.id, events.older]).toEqual([
			401,
			'event-1',
			null
		]);
		expect(new EventList([row(2)], new ReadingState(), true).older).toBe('cursor-2');
	});
});

describe('what was missed, and what is older', () => {
	it('keeps what was missed waiting', () => {
		const events = list();
		events.apply(happened(3), true);
		expect(shown(events)).toEqual([2, 1]);
		expect(events.waiting.count).toBe(1);
	});

	it('takes older ones below, each once, and knows where the next begin', () => {
		const events = list();
		events.apply(happened(3));
		events.append([row(1), row(0)], true);
		expect(shown(events)).toEqual([3, 2, 1, 0]);
		expect(events.older).toBe('cursor-0');
		events.append([], false);
		expect(events.older).toBeNull();
	});
});
