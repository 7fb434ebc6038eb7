import { describe, expect, test, vi } from 'vitest';
import { BulkRun } from '#lib/stores/user/bulk.svelte.ts';
import { Toasts } from '#lib/stores/toasts.svelte.ts';
import type { Refusal } from '#lib/types/problem.ts';
import { ApiError } from '#lib/utils/graphql.ts';
import { user } from '../fakes/rows.ts';

const people = (count: number) => Array.from({ length: count }, (_, index) => user({ id: String(index) }));
const refusalOf = (error: unknown): Refusal => ({ code: 'UNKNOWN', message: String(error), fields: {} });
const changed = (id: string) => ({ kind: 'changed' as const, user: user({ id, version: 2 }) });

describe('a bulk run', () => {
	test('has a result for each, whatever happens to the others', async () => {
		const run = new BulkRun(people(6));
		await run.start(async ({ id }) => {
			if (id === '1') return { kind: 'refused', refusal: refusalOf('no') };
			if (id === '2') throw new ApiError('UNAVAILABLE', 'lost');
			return id === '3' ? { kind: 'already', user: user({ id }) } : changed(id);
		});
		const states = ['changed', 'already', 'failed', 'pending'] as const;
		expect([...states.map((state) => run.count(state)), run.running]).toEqual([3, 1, 2, 0, false]);
		expect(run.items.map(({ refusal }) => refusal?.message)).toEqual([
			undefined,
			'no',
			'lost',
			undefined,
			undefined,
			undefined
		]);
	});

	test('keeps what it changed, as it was and as it is, and nothing that was already so', async () => {
		const run = new BulkRun(people(2));
		await run.start(async ({ id }) => (id === '0' ? { kind: 'already', user: user({ id }) } : changed(id)));
		expect(run.changed).toEqual([
			{ before: user({ id: '1', version: 1 }), after: user({ id: '1', version: 2 }) }
		]);
	});

	test('changes the last one after all others are done', async () => {
		const [run, order] = [new BulkRun(people(3), user({ id: 'me' })), [] as string[]];
		await run.start(async ({ id }) => {
			await Promise.resolve();
			if (id !== 'me') await new Promise((resolve) => setTimeout(resolve));
			order.push(id);
			return changed(id);
		});
		expect(order.at(-1)).toBe('me');
	});

	test('acts on four at a time', async () => {
		const run = new BulkRun(people(20));
		let [now, most] = [0, 0];
		await run.start(async ({ id }) => {
			most = Math.max(most, ++now);
			await Promise.resolve();
			now -= 1;
			return changed(id);
		});
		expect(most).toBe(4);
	});

	test('stopped, it finishes what it began and begins nothing more', async () => {
		const run = new BulkRun(people(20), user({ id: 'me' }));
		await run.start(async ({ id }) => {
			if (id === '3') run.stop();
			return changed(id);
		});
		expect(run.count('changed')).toBeLessThan(9);
		expect(run.count('changed') + run.count('pending')).toBe(21);
		expect(run.items.at(-1)!.state).toBe('pending');
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

	test('with an undo stand longer, and as long as they are pointed at', () => {
		vi.useFakeTimers();
		const toasts = new Toasts();
		const undo = vi.fn();
		toasts.ok('plain');
		toasts.ok('done', undo);
		vi.advanceTimersByTime(10_000);
		expect(toasts.list.map(({ text }) => text)).toEqual(['done']);
		toasts.hold();
		vi.advanceTimersByTime(60_000);
		expect(toasts.list).toHaveLength(1);
		toasts.release();
		vi.advanceTimersByTime(60_000);
		expect([toasts.list, undo.mock.calls]).toEqual([[], []]);
		vi.useRealTimers();
	});

	test('are undone from the latest, each once', async () => {
		const toasts = new Toasts();
		const undone: string[] = [];
		for (const name of ['first', 'second', 'third']) toasts.ok(name, () => undone.push(name));
		toasts.error('nothing to take back');
		expect(toasts.undo(toasts.list[1]!.id)).toBe(true);
		expect([toasts.undo(), toasts.undo(), toasts.undo()]).toEqual([true, true, false]);
		await vi.waitFor(() => expect(undone).toEqual(['second', 'third', 'first']));
		for (const { id } of toasts.list) toasts.dismiss(id);
	});
});
