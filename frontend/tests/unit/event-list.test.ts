import { describe, expect, it, vi } from 'vitest';
import type { EventRow, UserEventsData } from '#lib/graphql/documents.ts';
import type { EventOf } from '#lib/stores/live/live.svelte.ts';
import { EventList, ReadingState } from '#lib/stores/event/list.svelte.ts';

type Message = EventOf<UserEventsData>;

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

function list(reading = new ReadingState(), events: EventRow[] = [row(2), row(1)]) {
	return new EventList(events, reading);
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
		['asked for a pause', (reading: ReadingState) => (reading.paused = true)],
		['is offscreen', (reading: ReadingState) => (reading.offscreen = true)],
		['reads details', (reading: ReadingState) => reading.toggled('event-1', true)]
	])('keeps what happens waiting while the reader %s', (_, act) => {
		const reading = new ReadingState();
		const events = list(reading);
		act(reading);
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
		const reading = new ReadingState();
		const events = list(reading);
		reading.toggled('event-1', true);
		reading.toggled('event-1', false);
		reading.toggled('event-99', true);
		events.apply(happened(3));
		expect(numbers(events.shown)).toEqual([3, 2, 1]);
	});

	it('lets nothing overtake what waits', () => {
		const reading = new ReadingState();
		const events = list(reading);
		reading.offscreen = true;
		events.apply(happened(3));
		reading.offscreen = false;
		events.apply(happened(4));
		expect(numbers(events.shown)).toEqual([2, 1]);
		expect(numbers(events.waiting)).toEqual([4, 3]);
	});

	it('moves nothing under a moving pointer, and catches up by itself when it rests', () => {
		vi.useFakeTimers();
		const reading = new ReadingState();
		const events = list(reading);
		reading.aim();
		events.apply(happened(3));
		events.release();
		expect(numbers(events.shown)).toEqual([2, 1]);
		expect(events.waitingCount).toBe(0);
		vi.runAllTimers();
		events.release();
		expect(numbers(events.shown)).toEqual([3, 2, 1]);
		vi.useRealTimers();
	});

	it('takes an event once, shown or waiting', () => {
		const reading = new ReadingState();
		const events = list(reading);
		events.apply(happened(2));
		reading.paused = true;
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
		const reading = new ReadingState();
		const events = list(reading);
		reading.paused = true;
		for (let n = 3; n < 1003; n += 1) events.apply(happened(n));
		expect(events.waitingCount).toBe(1000);
		expect(events.waiting.length).toBe(200);
		expect(events.show()).toBe(false);
	});

	it('says where older ones begin, also after it was cut', () => {
		const many = Array.from({ length: 400 }, (_, index) => row(400 - index));
		const events = list(new ReadingState(), many);
		expect(events.older).toBeNull();
		events.apply(happened(401));
		expect(events.shown.length).toBe(400);
		expect(events.older).toBe('cursor-2');
		expect(new EventList([row(2)], new ReadingState(), true).older).toBe('cursor-2');
	});
});

describe('what was missed, and what is older', () => {
	it('keeps what was missed waiting', () => {
		const events = list();
		events.apply(happened(3), true);
		expect(numbers(events.shown)).toEqual([2, 1]);
		expect(events.waitingCount).toBe(1);
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
