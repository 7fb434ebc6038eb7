/** What the live store makes of a feed: its cursor, what the API refuses, what the log no longer has. */
import { describe, expect, test } from 'vitest';
import { Socket } from '../fakes/socket.ts';
import {
	advance,
	cursorsAsked,
	follow,
	happened,
	live,
	newest,
	push,
	rereads,
	type Message
} from './live-store.ts';

test('one socket carries everything', async () => {
	follow();
	await advance();
	expect(Socket.all).toHaveLength(1);
	expect(newest().url).toBe('ws://localhost:3000/graphql');
	for (const operation of ['Presence', 'SessionNotices', 'Feed'])
		expect(newest().subscriptions(operation)).toHaveLength(1);
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
