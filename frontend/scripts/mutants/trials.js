/**
 * A process of its own that tries mutants one after another, in a copy of the console: one Vitest stays warm for all of
 * them, and a mutant that hangs it is ended with the process. worker.js asks it by messages.
 */
import { cpSync, mkdtempSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { argv, chdir } from 'node:process';
import { fileURLToPath } from 'node:url';
import { createVitest } from 'vitest/node';
import { broken } from './mutation.js';
import { testsByFile } from './reach.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NOT_COPIED = new Set(['node_modules', 'build', 'output', 'e2e', 'test-results']);
/** A test that fails after so long may only have waited: it must pass without the mutant to count. */
const QUICK_MS = 1_000;
/** As Vitest says it where a test has not ended in its time. */
const TIMED_OUT = /^(Test|Hook) timed out in/;

/** A copy of the console, or of a copy of it. @param {string} from @returns {string} its folder */
export function copyConsole(from = ROOT) {
	const folder = realpathSync(mkdtempSync(join(tmpdir(), 'console-mutants-')));
	cpSync(from, folder, { recursive: true, filter: (path) => !NOT_COPIED.has(basename(path)) });
	symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
	return folder;
}

export class Trials {
	#folder;
	#vitest;
	#specifications;
	#reached;

	/** @param {string} folder */
	static async in(folder) {
		chdir(folder);
		const vitest = await createVitest('test', { root: folder, watch: false, bail: 1, reporters: [{}] });
		return new Trials(folder, vitest, await vitest.globTestSpecifications());
	}

	/** @param {string} folder @param {import('vitest/node').Vitest} vitest @param {import('vitest/node').TestSpecification[]} specifications */
	constructor(folder, vitest, specifications) {
		this.#folder = folder;
		this.#vitest = vitest;
		this.#specifications = specifications;
		this.#reached = testsByFile(folder);
	}

	/** What the tests make of a mutant: the nearest first, until one notices. @param {import('./mutation.js').Mutant} mutant @returns {Promise<Omit<import('./results.js').Result, 'seconds'>>} */
	async try(mutant) {
		const source = this.#source(mutant.file);
		for (const specification of this.#nearest([mutant.file])) {
			this.#write(mutant.file, broken(source, mutant));
			const failure = await this.#failure(specification);
			this.#write(mutant.file, source);
			if (!failure) continue;
			if (failure.timedOut) return { outcome: 'timedOut', by: failure.name };
			// The machine may have been too busy for a test that waits: only what passes now was the mutant's doing.
			if (failure.slow && (await this.#failure(specification)))
				return { outcome: 'timedOut', by: failure.name };
			return { outcome: 'killed', by: failure.name };
		}
		return { outcome: 'survived' };
	}

	/** Raises where a test of these files fails as they are: then it proves nothing. @param {readonly string[]} files */
	async checkUnbroken(files) {
		for (const specification of this.#nearest(files)) {
			const failure = await this.#failure(specification);
			if (failure) throw new Error(`The tests fail without a mutant: ${failure.name}`);
		}
	}

	async end() {
		await this.#vitest.close();
	}

	/** The tests that reach one of the files: by distance, and those without jsdom first. @param {readonly string[]} files */
	#nearest(files) {
		/** @param {import('vitest/node').TestSpecification} specification */
		const distance = ({ moduleId, project }) => {
			const test = relative(this.#folder, moduleId);
			const steps = files.map((file) => this.#reached.get(file)?.get(test) ?? Infinity);
			return Math.min(...steps) + (project.name === 'unit' ? 0 : 1.5);
		};
		return this.#specifications
			.map((specification) => ({ specification, distance: distance(specification) }))
			.filter(({ distance }) => distance !== Infinity)
			.sort((one, other) => one.distance - other.distance)
			.map(({ specification }) => specification);
	}

	/** The first test of a file that fails, or null. @param {import('vitest/node').TestSpecification} specification */
	async #failure(specification) {
		process.send?.({ alive: true });
		const { testModules, unhandledErrors } = await this.#vitest.runTestSpecifications([specification]);
		const [outside] = unhandledErrors;
		// Vitest gives those of earlier runs too, as they were then: with another mutant.
		const ran = testModules.find(
			({ moduleId, project }) => moduleId === specification.moduleId && project === specification.project
		);
		if (!ran) throw new Error(`${specification.moduleId} did not run`);
		if (ran.state() !== 'failed')
			return outside ? failure(Object(outside).message ?? 'an error outside a test') : null;
		const [test] = ran.children.allTests('failed');
		const file = relative(this.#folder, ran.moduleId);
		if (!test) return failure(file);
		const said = test.result().errors?.map(({ message }) => message) ?? [];
		return {
			name: `${file}: ${test.fullName}`,
			slow: (test.diagnostic()?.duration ?? Infinity) > QUICK_MS,
			timedOut: said.some((message) => TIMED_OUT.test(message))
		};
	}

	/** @param {string} file */
	#source(file) {
		return readFileSync(join(this.#folder, file), 'utf8');
	}

	/** @param {string} file @param {string} source */
	#write(file, source) {
		const path = join(this.#folder, file);
		writeFileSync(path, source);
		this.#vitest.invalidateFile(path);
	}
}

/** @param {string} name */
const failure = (name) => ({ name, slow: false, timedOut: false });

if (argv[1] === fileURLToPath(import.meta.url)) {
	const folder = argv[2] ?? '';
	const trials = await Trials.in(folder);
	process.on(
		'message',
		async (
			/** @type {{ check?: string[], mutant?: import('./mutation.js').Mutant }} */ { check, mutant }
		) => {
			try {
				if (check) await trials.checkUnbroken(check);
				process.send?.(mutant ? await trials.try(mutant) : {});
			} catch (error) {
				process.send?.({ error: String(error) });
			}
		}
	);
	process.on('disconnect', () => process.exit());
	process.send?.({});
}
