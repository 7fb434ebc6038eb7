/** What counts as a killed mutant, what a run remembers, and which tests come first. */
import { EventEmitter } from 'node:events';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { TestSpecification, Vitest } from 'vitest/node';
import { testsByFile } from '../../scripts/mutants/reach.js';
import { Results, digestOf, summaryOf } from '../../scripts/mutants/results.js';
import { Trials } from '../../scripts/mutants/trials.js';
import { answerOf } from '../../scripts/mutants/worker.js';

const FILES = {
	'src/lib/one.ts': 'export const one = 1;',
	'src/lib/two.ts': "import { one } from './one.ts';",
	'tests/unit/near.test.ts': "import { one } from '#lib/one.ts';",
	'tests/unit/far.test.ts': "import '#lib/two.ts';",
	'tests/unit/other.test.ts': ''
};
const mutant = { file: 'src/lib/one.ts', from: '= 1', to: '= 2' };

function folderOf(files: Record<string, string>): string {
	const folder = mkdtempSync(join(tmpdir(), 'mutant-trials-'));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	for (const [file, text] of Object.entries(files)) {
		mkdirSync(dirname(join(folder, file)), { recursive: true });
		writeFileSync(join(folder, file), text);
	}
	return folder;
}

test('a change is noticed by the tests that import the file, the nearest first', () => {
	const reached = testsByFile(folderOf(FILES));
	expect(Object.fromEntries(reached.get('src/lib/one.ts')!)).toEqual({
		'tests/unit/near.test.ts': 1,
		'tests/unit/far.test.ts': 2
	});
});

describe('a mutant', () => {
	interface Ran {
		broken: string | null;
		duration?: number;
		/** Whether it fails without the mutant too. */
		always?: boolean;
	}
	/** A Vitest whose tests fail as given while the mutant is in the file. */
	function trials(outcomes: Record<string, Ran>) {
		const folder = folderOf(FILES);
		const project = { name: 'unit' };
		const ran: string[] = [];
		const runTestSpecifications = async ([one]: { moduleId: string }[]) => {
			const file = one!.moduleId.slice(folder.length + 1);
			ran.push(file);
			const isBroken = readFileSync(join(folder, mutant.file), 'utf8').includes('= 2');
			const { broken, duration = 5, always } = outcomes[file]!;
			const fails = broken !== null && (isBroken || always);
			const failed = {
				fullName: 'rule',
				result: () => ({ errors: [{ message: broken }] }),
				diagnostic: () => ({ duration })
			};
			const module = {
				moduleId: one!.moduleId,
				project,
				state: () => (fails ? 'failed' : 'passed'),
				children: { allTests: () => [failed] }
			};
			return { testModules: [module], unhandledErrors: [] };
		};
		const vitest = { runTestSpecifications, invalidateFile: () => {} } as unknown as Vitest;
		const specifications = Object.keys(outcomes).map((file) => ({ moduleId: join(folder, file), project }));
		return {
			trials: new Trials(folder, vitest, specifications as unknown as TestSpecification[]),
			ran,
			folder
		};
	}
	const [near, far, other] = [
		'tests/unit/near.test.ts',
		'tests/unit/far.test.ts',
		'tests/unit/other.test.ts'
	];
	const passes = { broken: null };

	test('is killed by the first test that fails, and taken out again', async () => {
		const given = trials({
			[far]: { broken: 'expected 1' },
			[near]: passes,
			[other]: { broken: 'never asked' }
		});
		expect(await given.trials.try(mutant)).toEqual({ outcome: 'killed', by: `${far}: rule` });
		expect(given.ran).toEqual([near, far]);
		expect(readFileSync(join(given.folder, mutant.file), 'utf8')).toBe(FILES['src/lib/one.ts']);
	});

	test('survives where all tests pass', async () => {
		expect(await trials({ [near]: passes, [far]: passes }).trials.try(mutant)).toEqual({
			outcome: 'survived'
		});
	});

	test('is not killed by a test that did not end in its time', async () => {
		const given = trials({ [near]: { broken: 'Test timed out in 60000ms.' } });
		expect(await given.trials.try(mutant)).toMatchObject({ outcome: 'timedOut' });
	});

	test('is killed by a condition that never came only where that comes without it', async () => {
		const slow = { broken: 'expected 1', duration: 4_100 };
		expect(await trials({ [near]: slow }).trials.try(mutant)).toMatchObject({ outcome: 'killed' });
		const busy = { ...slow, always: true };
		expect(await trials({ [near]: busy }).trials.try(mutant)).toMatchObject({ outcome: 'timedOut' });
	});

	test('proves nothing where the tests fail without it', async () => {
		const given = trials({ [near]: { broken: 'expected 1', always: true } });
		await expect(given.trials.checkUnbroken([mutant.file])).rejects.toThrow(`${near}: rule`);
	});
});

describe('a run', () => {
	const path = () => join(folderOf({}), 'results/mutants.jsonl');
	const mutants = ['= 2', '= 3', '= 4', '= 5'].map((to) => ({ ...mutant, to }));

	test('goes on where one over the same files was interrupted, also while it wrote', () => {
		const file = path();
		new Results(file, 'same').add(mutant, { outcome: 'killed', seconds: 1 });
		appendFileSync(file, '["half a li');
		expect(new Results(file, 'same').get(mutant)).toEqual({ outcome: 'killed', seconds: 1 });
	});

	test('counts nothing that was found out about other files', () => {
		const file = path();
		new Results(file, 'before').add(mutant, { outcome: 'killed', seconds: 1 });
		expect(new Results(file, 'after').get(mutant)).toBeUndefined();
		expect(new Results(file, 'before').get(mutant)).toBeUndefined();
	});

	test('takes every file of the console and its tests for another', () => {
		const before = digestOf(folderOf(FILES));
		expect(digestOf(folderOf(FILES))).toBe(before);
		for (const file of Object.keys(FILES))
			expect(digestOf(folderOf({ ...FILES, [file]: '// changed' })), file).not.toBe(before);
	});

	test('counts as killed what a test killed, of all that were tried', () => {
		const results = new Results(path(), 'same');
		const outcomes = ['killed', 'survived', 'timedOut'] as const;
		outcomes.forEach((outcome, index) => results.add(mutants[index]!, { outcome, seconds: 1 }));
		expect(summaryOf(mutants, results)).toEqual({
			killed: 1,
			survived: 1,
			timedOut: 1,
			left: 1,
			percent: 33
		});
	});

	test('waits for tests that go on, and not for those that hang or have ended', async () => {
		vi.useFakeTimers();
		const [going, hung, ended] = [new EventEmitter(), new EventEmitter(), new EventEmitter()];
		const answers = [going, hung, ended].map((process) => answerOf(process));
		ended.emit('exit');
		expect(await answers[2]).toBeNull();
		await vi.advanceTimersByTimeAsync(170_000);
		going.emit('message', { alive: true });
		await vi.advanceTimersByTimeAsync(20_000);
		expect(await answers[1]).toBeNull();
		going.emit('message', { outcome: 'killed' });
		expect(await answers[0]).toEqual({ outcome: 'killed' });
		vi.useRealTimers();
	});
});
