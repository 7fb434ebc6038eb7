/**
 * Breaks the console's stores, utils and forms by hand, one thing at a time, and runs the tests that ought to notice. Ends
 * with 1 where fewer than 80 % are noticed, or where a mutant no longer fits the code it breaks.
 *
 *     node scripts/mutants.js [text]     only those whose file or description has the text
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv, execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { MUTANTS } from '../tests/mutants.js';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const LEAST = 0.8;
const COPIED = [
	'src',
	'tests',
	'scripts',
	'server',
	'server.js',
	'package.json',
	'tsconfig.json',
	'vitest.config.ts'
];

const place = mkdtempSync(join(tmpdir(), 'rollcall-mutants-'));
for (const name of COPIED) cpSync(join(ROOT, name), join(place, name), { recursive: true });
for (const name of ['node_modules', '.svelte-kit']) symlinkSync(join(ROOT, name), join(place, name));

/** Whether the tests fail. @param {string} tests */
function isNoticed(tests) {
	const files = tests.split(' ').map((name) => `tests/${name}.test.ts`);
	const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
	return (
		spawnSync(execPath, [vitest, 'run', '--bail=1', ...files], { cwd: place, stdio: 'ignore' }).status !== 0
	);
}

let [noticed, tried] = [0, 0];
/** @type {string[]} */
const problems = [];
try {
	for (const { file, what, from, to, tests } of MUTANTS) {
		if (argv[2] && !`${file} ${what}`.includes(argv[2])) continue;
		const path = join(place, 'src', file);
		const source = readFileSync(path, 'utf8');
		if (source.split(from).length !== 2) {
			problems.push(`${file}: does not fit (${what})`);
			continue;
		}
		tried += 1;
		writeFileSync(
			path,
			source.replace(from, () => to)
		);
		const caught = isNoticed(tests);
		writeFileSync(path, source);
		noticed += Number(caught);
		console.log(`${caught ? 'noticed ' : 'SURVIVED'}  ${file}: ${what}`);
		if (!caught) problems.push(`${file}: survived (${what})`);
	}
} finally {
	rmSync(place, { recursive: true, force: true });
}
console.log(`${noticed} of ${tried} noticed`);
for (const problem of problems) console.log(`  ${problem}`);
const unfit = problems.some((problem) => problem.includes('does not fit'));
process.exitCode = tried && noticed / tried >= LEAST && !unfit ? 0 : 1;
