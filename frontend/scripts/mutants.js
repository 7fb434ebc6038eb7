/**
 * Breaks the rules of tests/mutants.js one by one, in a copy of the console, and sees whether the tests notice.
 * Prints those that nothing noticed; ends with 1 where fewer than the wanted share were noticed.
 *
 *     node scripts/mutants.js [--at-least 80] [part of a file's name ...]
 */
import {
	cpSync,
	existsSync,
	globSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { chdir } from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createVitest } from 'vitest/node';
import { importsOf } from './import-cycles.js';
import { broken, compile, mutantsOf } from './mutation.js';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const NOT_COPIED = new Set(['node_modules', 'build', 'output', 'e2e']);
const WANTED_PERCENT = '80';

/** A copy of the console that may be broken. @returns {string} its folder */
function copy() {
	const folder = mkdtempSync(join(tmpdir(), 'console-mutants-'));
	cpSync(ROOT, folder, { recursive: true, filter: (path) => !NOT_COPIED.has(basename(path)) });
	symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
	return folder;
}

/** The tests that reach each module of a folder, by its path. @param {string} folder */
function testsByModule(folder) {
	/** @type {Map<string, Set<string>>} */
	const reached = new Map();
	/** @param {string} file @param {string} test */
	const visit = (file, test) => {
		const tests = reached.get(file) ?? new Set();
		if (tests.has(test)) return;
		reached.set(file, tests.add(test));
		// Some names stand in the text of a test of imports.
		if (!/\.(ts|js|svelte)$/.test(file) || !existsSync(join(folder, file))) return;
		for (const next of importsOf(file, readFileSync(join(folder, file), 'utf8'))) visit(next, test);
	};
	for (const test of globSync('tests/{unit,component,page}/**/*.test.ts', { cwd: folder })) {
		visit(test, test);
		// Comes with each of them, and has the stand-ins that they name by SvelteKit's names.
		if (!test.startsWith('tests/unit')) visit('tests/document/setup.ts', test);
	}
	return reached;
}

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: { 'at-least': { type: 'string', default: WANTED_PERCENT } }
});
const mutants = mutantsOf(positionals);
for (const mutant of mutants)
	compile(mutant.file, broken(readFileSync(join(ROOT, mutant.file), 'utf8'), mutant));

const folder = copy();
chdir(folder);
const vitest = await createVitest('test', { root: folder, watch: false, bail: 1, reporters: [{}] });
try {
	const specifications = await vitest.globTestSpecifications();
	const tests = testsByModule(folder);
	/** The tests of some projects that reach one of the files and fail. @param {readonly string[]} files @param {readonly string[]} projects */
	const failuresIn = async (files, projects) => {
		const reach = new Set(files.flatMap((file) => [...(tests.get(file) ?? [])]));
		const chosen = specifications.filter(
			({ moduleId, project }) => projects.includes(project.name) && reach.has(relative(folder, moduleId))
		);
		if (!chosen.length) return [];
		for (const file of files) vitest.invalidateFile(join(folder, file));
		const { testModules, unhandledErrors } = await vitest.runTestSpecifications(chosen);
		// Vitest gives those of earlier runs too, as they were then: with another mutant.
		const ran = testModules.filter(({ moduleId, project }) =>
			chosen.some((one) => one.moduleId === moduleId && one.project === project)
		);
		const failed = ran.filter((one) => one.state() === 'failed');
		const names = failed.flatMap((one) => [
			one.moduleId,
			...[...one.children.allTests('failed')].map(({ fullName }) => fullName)
		]);
		return [...unhandledErrors.map((error) => Object(error).message ?? 'an error outside a test'), ...names];
	};
	/** Those of all projects; the quick ones first, and alone where they notice. @param {readonly string[]} files */
	const failures = async (...files) => {
		const quick = await failuresIn(files, ['unit']);
		return quick.length ? quick : failuresIn(files, ['document']);
	};
	/** Before and after: where the tests fail without a mutant, they prove nothing. */
	const checkUnbroken = async () => {
		const failed = await failures(...new Set(mutants.map(({ file }) => file)));
		if (failed.length) throw new Error(`The tests fail without a mutant:\n  ${failed.join('\n  ')}`);
	};
	await checkUnbroken();
	/** @type {import('./mutation.js').Mutant[]} */
	const survivors = [];
	for (const [file, ofFile] of Map.groupBy(mutants, (mutant) => mutant.file)) {
		const path = join(folder, file);
		const source = readFileSync(path, 'utf8');
		for (const mutant of ofFile) {
			writeFileSync(path, broken(source, mutant));
			if (!(await failures(file)).length) {
				survivors.push(mutant);
				console.log(`SURVIVED ${file}\n  - ${mutant.from}\n  + ${mutant.to}`);
			}
		}
		writeFileSync(path, source);
		vitest.invalidateFile(path);
		console.log(`${file}: ${ofFile.length}`);
	}
	await checkUnbroken();
	const percent = Math.floor((100 * (mutants.length - survivors.length)) / mutants.length);
	console.log(`${mutants.length - survivors.length} of ${mutants.length} mutants noticed (${percent} %)`);
	if (percent < Number(values['at-least'])) process.exitCode = 1;
} finally {
	await vitest.close();
	rmSync(folder, { recursive: true });
}
