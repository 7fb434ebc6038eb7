import { describe, expect, test, vi } from 'vitest';
import { BulkRun } from '#lib/stores/user/bulk.svelte.ts';
import { Toasts } from '#lib/stores/toasts.svelte.ts';

const people = (count: number) =>
	Array.from({ length: count }, (_, index) => ({ id: String(index), displayName: `P${index}` }));

describe('a bulk run', () => {
	test('has a result for each, whatever happens to the others', async () => {
		const run = new BulkRun(people(6));
		await run.start(async (id) => {
			if (id === '1') return 'no';
			if (id === '2') throw new Error('lost');
			return null;
		});
		expect([run.done, run.succeeded, run.failed, run.running]).toEqual([6, 4, 2, false]);
		expect(run.items.map(({ reason }) => reason)).toEqual(['', 'no', 'Error: lost', '', '', '']);
	});

	test('acts on four at a time', async () => {
		const run = new BulkRun(people(20));
		let [now, most] = [0, 0];
		await run.start(async () => {
			most = Math.max(most, ++now);
			await Promise.resolve();
			now -= 1;
			return null;
		});
		expect(most).toBe(4);
	});

	test('stopped, it finishes what it began and begins nothing more', async () => {
		const run = new BulkRun(people(20));
		await run.start(async (id) => {
			if (id === '3') run.stop();
			return null;
		});
		expect(run.done).toBeLessThan(9);
		expect(run.items.filter(({ state }) => state === 'pending')).toHaveLength(20 - run.done);
		expect(run.running).toBe(false);
	});
});

describe('notes', () => {
	test('go by themselves, failures do not, and there are never more than four', () => {
		vi.useFakeTimers();
		const toasts = new Toasts();
		toasts.error('stays');
		toasts.ok('goes');
		vi.advanceTimersByTime(60_000);
		expect(toasts.list.map(({ text }) => text)).toEqual(['stays']);
		for (const text of ['a', 'b', 'c', 'd']) toasts.error(text);
		expect(toasts.list.map(({ text }) => text)).toEqual(['a', 'b', 'c', 'd']);
		toasts.dismiss(toasts.list[0]!.id);
		expect(toasts.list).toHaveLength(3);
		vi.useRealTimers();
	});
});
