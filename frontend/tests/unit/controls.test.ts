/** What pages have in common under the hand: selecting, finding, walking a list, working through one. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Debounce } from '#lib/stores/controls/debounce.ts';
import { Selection } from '#lib/stores/controls/selection.svelte.ts';
import { Suggestions } from '#lib/stores/controls/suggestions.svelte.ts';
import { Toasts } from '#lib/stores/toasts.svelte.ts';
import { pool } from '#lib/utils/pool.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a selection', () => {
	const rowsOf = (ids: string) => [...ids].map((id) => ({ id }));
	const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id).join('');
	const make = (page = 'abcd') => {
		let rows = rowsOf(page);
		const selection = new Selection(() => rows);
		return { selection, turn: (next: string) => (rows = rowsOf(next)), here: () => ids(selection.here) };
	};

	test('is in the order of the page, and takes ranges from the last one picked, both ways', () => {
		const { selection, here } = make();
		selection.pick(2, true);
		selection.pick(0, true, true);
		expect(here()).toBe('abc');
		selection.pick(1, false, true);
		expect(here()).toBe('c');
		selection.pick(3, true, true);
		expect(here()).toBe('bcd');
	});

	test('a range without a beginning on this page is the row alone', () => {
		const { selection, turn, here } = make();
		selection.pick(2, true, true);
		expect(here()).toBe('c');
		turn('wxyz');
		selection.pick(3, true, true);
		expect(here()).toBe('z');
	});

	test('all, none, the other way round, and one that is done', () => {
		const { selection, here } = make();
		selection.pickAll(true);
		selection.toggle(1);
		selection.remove('d');
		expect([here(), selection.has('b')]).toEqual(['ac', false]);
		selection.toggle(9);
		selection.pickAll(false);
		expect(selection.size).toBe(0);
		selection.toggle(0);
		selection.clear();
		expect(selection.size).toBe(0);
	});

	test('stands when the page is turned, and gives the rows of the page as they are now', () => {
		const { selection, turn, here } = make();
		selection.pick(1, true);
		turn('wxyz');
		selection.pick(0, true);
		selection.add([{ id: 'q' }]);
		expect([selection.size, here(), ids(selection.elsewhere)]).toEqual([3, 'w', 'bq']);
		turn('bcde');
		expect([here(), ids(selection.elsewhere)]).toEqual(['b', 'wq']);
		selection.pickAll(false);
		expect([selection.size, ids(selection.elsewhere)]).toEqual([2, 'wq']);
	});

	test('grows and shrinks with Shift and the arrows, and leaves what was selected before', () => {
		const { selection, here } = make('abcdef');
		selection.pick(4, true);
		selection.extend(1, 2);
		selection.extend(2, 3);
		selection.extend(3, 4);
		expect(here()).toBe('bcde');
		selection.extend(4, 3);
		selection.extend(3, 2);
		expect(here(), 'what it had added is taken back').toBe('bce');
		selection.extend(2, 1);
		selection.extend(1, 0);
		expect(here(), 'past its beginning').toBe('abe');
		selection.extend(4, 5);
		expect(here(), 'from elsewhere it begins anew').toBe('abef');
	});
});

describe('suggestions', () => {
	const make = () => {
		const asked: {
			text: string;
			answer: (found: string[]) => void;
			fail: () => void;
			signal: AbortSignal;
		}[] = [];
		const suggestions = new Suggestions<string>(
			(text, signal) =>
				new Promise((answer, reject) => asked.push({ text, answer, fail: () => reject(new Error()), signal }))
		);
		return { suggestions, asked };
	};
	const advance = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds);

	test('are asked for once the typing rests', async () => {
		const { suggestions, asked } = make();
		for (const text of ['a', 'ad', ' ada ']) suggestions.type(text);
		await advance(500);
		expect(asked.map(({ text }) => text)).toEqual(['ada']);
		asked[0]!.answer(['Ada']);
		await advance();
		expect([suggestions.found, suggestions.answered]).toEqual([['Ada'], true]);
	});

	test('an answer that comes late is none', async () => {
		const { suggestions, asked } = make();
		suggestions.type('ada');
		await advance(500);
		suggestions.type('bo');
		await advance(500);
		asked[1]!.answer(['Bo']);
		await advance();
		asked[0]!.answer(['Ada']);
		await advance();
		expect([suggestions.found, asked[0]!.signal.aborted]).toEqual([['Bo'], true]);
	});

	test('end with the text, and with a fault', async () => {
		const { suggestions, asked } = make();
		suggestions.type('ada');
		await advance(500);
		suggestions.type('  ');
		asked[0]!.answer(['Ada']);
		await advance(500);
		expect([suggestions.found, suggestions.answered, asked.length]).toEqual([[], false, 1]);
		suggestions.type('bo');
		await advance(500);
		asked[1]!.fail();
		await advance();
		expect([suggestions.found, suggestions.answered]).toEqual([[], false]);
	});

	test('are walked by the arrows, round and round', () => {
		const { suggestions } = make();
		const key = (name: string) => ({ key: name, preventDefault: vi.fn() }) as unknown as KeyboardEvent;
		expect(suggestions.step(key('ArrowUp'), 3)).toBe(true);
		expect(suggestions.active).toBe(2);
		suggestions.step(key('ArrowDown'), 3);
		expect(suggestions.active).toBe(0);
		expect([suggestions.step(key('Enter'), 3), suggestions.step(key('ArrowUp'), 0)]).toEqual([false, false]);
	});
});

test('only the last call counts, and none that was cancelled', () => {
	const calls: string[] = [];
	const debounce = new Debounce(100);
	debounce.call(() => calls.push('first'));
	debounce.call(() => calls.push('second'));
	vi.advanceTimersByTime(200);
	debounce.call(() => calls.push('third'));
	debounce.cancel();
	vi.advanceTimersByTime(200);
	expect(calls).toEqual(['second']);
});

describe('a pool', () => {
	const items = Array.from({ length: 10 }, (_, index) => index);

	test('works on so many at once, in order, and begins nothing after a stop', async () => {
		const stop = new AbortController();
		const [begun, most] = [[] as number[], { now: 0, ever: 0 }];
		await pool(
			items,
			3,
			async (item) => {
				begun.push(item);
				most.ever = Math.max(most.ever, ++most.now);
				if (item === 4) stop.abort();
				await Promise.resolve();
				most.now -= 1;
			},
			stop.signal
		);
		expect([most.ever, begun.slice(0, 5)]).toEqual([3, [0, 1, 2, 3, 4]]);
		expect(begun.length).toBeLessThan(8);
	});

	test('raises what one raises, after the others have ended', async () => {
		const ended: number[] = [];
		const work = async (item: number) => {
			if (item === 1) throw new Error('lost');
			await Promise.resolve();
			ended.push(item);
		};
		await expect(pool(items, 2, work)).rejects.toThrow('lost');
		expect(ended.length).toBeGreaterThan(0);
		expect(ended.length).toBeLessThan(4);
	});
});

test('what is taken back begins once what was taken back before has ended, even badly', async () => {
	const toasts = new Toasts();
	const events: string[] = [];
	let fail = (_: Error) => {};
	toasts.ok('first', () => void events.push('first'));
	toasts.ok('second', () => {
		events.push('second');
		return new Promise((_, reject) => (fail = reject));
	});
	expect([toasts.undo(), toasts.undo(), toasts.undo()]).toEqual([true, true, false]);
	await vi.waitFor(() => expect(events).toEqual(['second']));
	fail(new Error('no connection'));
	await vi.waitFor(() => expect(events).toEqual(['second', 'first']));
});
