import { CreateUser } from '#lib/graphql/documents.ts';
import { FakeApi } from '../fakes/api.ts';
import { payload, refused, user } from '../fakes/rows.ts';
import { describe, expect, it } from 'vitest';
import type { Added, ListLine } from '#lib/types/import.ts';
import { ImportRun } from '#lib/stores/user/import.svelte.ts';
import { addUser } from '#lib/utils/user/add.ts';
import { itemsOf, readImport } from '#lib/utils/user/import.ts';

const list = (count: number, more = '') =>
	readImport(
		`email,name\n${Array.from({ length: count }, (_, n) => `p${n}@example.com,P${n}`).join('\n')}\n${more}`
	).lines;

const added = async (line: ListLine): Promise<Added> => ({ state: 'added', id: line.email });

describe('an import', () => {
	it('puts what needs another look first and leaves it out', async () => {
		const lines = list(2, 'nowhere,N');
		expect(itemsOf(lines).map((item) => item.line)).toEqual([4, 2, 3]);
		const asked: string[] = [];
		const run = new ImportRun(lines);
		await run.start(async (line) => {
			asked.push(line.email);
			return added(line);
		});
		expect(asked).toEqual(['p0@example.com', 'p1@example.com']);
		expect([run.count('added'), run.count('bad'), run.done, run.size]).toEqual([2, 1, 2, 2]);
	});

	it('keeps a result for each line', async () => {
		const results: Added[] = [
			{ state: 'added', id: 'x' },
			{ state: 'exists' },
			{ state: 'failed', problem: { code: 'FORBIDDEN', message: '' } }
		];
		const run = new ImportRun(list(3));
		await run.start(async () => results.shift()!);
		expect(run.items.map((item) => item.state)).toEqual(['added', 'exists', 'failed']);
		expect(run.items[2]?.problem?.code).toBe('FORBIDDEN');
	});

	it('stops when asked, and goes on with the rest', async () => {
		const run = new ImportRun(list(20));
		await run.start(async (line) => {
			if (line.line === 6) run.stop();
			return added(line);
		});
		expect(run.running).toBe(false);
		expect(run.count('ready')).toBeGreaterThan(8);
		await run.start(added);
		expect([run.count('ready'), run.done]).toEqual([0, 20]);
	});

	it('halts where nobody answers, and the line stays to be added', async () => {
		const error = new Error('unavailable');
		const run = new ImportRun(list(20));
		await run.start(async (line) => {
			if (line.line >= 4) throw error;
			return added(line);
		});
		expect(run.halted).toBe(error);
		expect(run.count('added')).toBe(2);
		expect(run.count('failed')).toBe(0);
		await run.start(added);
		expect(run.halted).toBeNull();
		expect(run.count('added')).toBe(20);
	});
});

describe('a line', () => {
	const [line] = list(1);

	it.each([
		[payload(user({ id: 'new' })), { state: 'added', id: 'new' }],
		[refused('EMAIL_TAKEN'), { state: 'exists' }],
		[refused('EMAIL_TAKEN', { current: user() }), { state: 'exists' }],
		[
			refused('EMAIL_TAKEN', { current: user({ status: 'DELETED' }), message: 'held' }),
			{ state: 'failed', problem: { code: 'EMAIL_TAKEN', message: 'held' } }
		],
		[refused('FORBIDDEN'), { state: 'failed', problem: { code: 'FORBIDDEN', message: '' } }]
	])('becomes what the API made of it', async (createUser, added) => {
		const api = new FakeApi();
		api.on(CreateUser, () => ({ createUser }));
		expect(await addUser(api.run, line!)).toEqual(added);
		expect(api.variables(CreateUser)).toEqual([
			{ input: { email: 'p0@example.com', displayName: 'P0', role: 'MEMBER' } }
		]);
	});
});
