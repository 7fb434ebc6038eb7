/**
 * Breaks the rules of tests/mutants.js one by one, in a copy of the console, and checks whether the tests notice.
 * Prints the outcome of each, and exits with 1 if fewer than the wanted share were killed. An interrupted run continues
 * where it stopped when it is started again, as long as no file of the console has changed.
 *
 *     node scripts/mutants.js [--at-least 80] [--jobs 1] [--anew] [part of a file's name ...]
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { broken, compile, mutantsOf } from './mutants/mutation.js';
import { Results, digestOf, summaryOf } from './mutants/results.js';
import { copyConsole } from './mutants/trials.js';
import { Worker } from './mutants/worker.js';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const RESULTS = join(ROOT, 'test-results/mutants.jsonl');
const WANTED_PERCENT = '80';

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		'at-least': { type: 'string', default: WANTED_PERCENT },
		jobs: { type: 'string', default: '1' },
		anew: { type: 'boolean', default: false }
	}
});
const mutants = mutantsOf(positionals);
for (const mutant of mutants)
	compile(mutant.file, broken(readFileSync(join(ROOT, mutant.file), 'utf8'), mutant));

// Edits made during the run do not affect it.
const origin = copyConsole();
if (values.anew) rmSync(RESULTS, { force: true });
const results = new Results(RESULTS, digestOf(origin));
const queue = mutants.filter((mutant) => !results.get(mutant));
const earlier = mutants.length - queue.length;
if (earlier) console.log(`${earlier} of ${mutants.length} were tried by an earlier run over the same files`);

let began = 0;
let tried = 0;
let stopped = false;
/** @type {Set<Worker>} */
const workers = new Set();

/** @param {import('./mutants/mutation.js').Mutant} mutant @param {import('./mutants/results.js').Result} result */
function report(mutant, { outcome, by, seconds }) {
	tried += 1;
	const left = Math.ceil((((Date.now() - began) / tried) * (mutants.length - earlier - tried)) / 60_000);
	const progress = `${earlier + tried}/${mutants.length}, ${left} min left`;
	console.log(`${outcome} after ${seconds} s: ${mutant.file} (${progress})${by ? `\n    by ${by}` : ''}`);
	if (outcome !== 'killed') console.log(`  - ${mutant.from}\n  + ${mutant.to}`);
}

/** Tries the remaining mutants one after another. The tests also run without a mutant, before and after. */
async function work() {
	const files = [...new Set(mutants.map(({ file }) => file))];
	const worker = new Worker(origin);
	workers.add(worker);
	await worker.checkUnbroken(files);
	began ||= Date.now();
	for (let mutant = queue.shift(); mutant && !stopped; mutant = queue.shift()) {
		const result = await worker.try(mutant);
		if (stopped) break;
		results.add(mutant, result);
		report(mutant, result);
	}
	if (!stopped) await worker.checkUnbroken(files);
	await worker.end();
}

for (const signal of ['SIGINT', 'SIGTERM'])
	process.on(signal, () => {
		stopped = true;
		for (const worker of workers) void worker.end();
	});

try {
	const jobs = Math.min(Number(values.jobs), queue.length);
	await Promise.all(Array.from({ length: jobs }, work));
} catch (error) {
	if (!stopped) throw error;
} finally {
	for (const worker of workers) await worker.end();
	rmSync(origin, { recursive: true, force: true });
}

const { killed, survived, timedOut, left, percent } = summaryOf(mutants, results);
const counts = `${killed} killed, ${survived} survived, ${timedOut} timed out and do not count as killed`;
console.log(`${mutants.length - left} of ${mutants.length} mutants tried: ${counts} (${percent} % killed)`);
if (left) console.log(`Interrupted: ${left} are left. The same command goes on from here.`);
if (left || percent < Number(values['at-least'])) process.exitCode = 1;
