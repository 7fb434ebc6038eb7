/**
 * The outcome of each mutant, in a file, so that an interrupted run continues where it stopped. Results hold for the
 * console exactly as it was: if any of its files differs, they are dropped.
 */
import { createHash } from 'node:crypto';
import {
	appendFileSync,
	existsSync,
	globSync,
	mkdirSync,
	readFileSync,
	statSync,
	writeFileSync
} from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * `killed` by a test that fails. `timedOut` if the tests did not end in time: the cause may be the mutant or the
 * machine, and it counts as not killed.
 * @typedef {'killed' | 'survived' | 'timedOut'} Outcome
 * @typedef {{ outcome: Outcome, by?: string, seconds: number }} Result
 */

const COUNTED = '{src,tests,scripts,server}/**/*';
const CONFIGURATION = ['package.json', 'package-lock.json', 'vitest.config.ts', 'tsconfig.json'];

/** A digest of all that a result depends on. @param {string} root @returns {string} */
export function digestOf(root) {
	const hash = createHash('sha256');
	for (const file of [...globSync(COUNTED, { cwd: root }).sort(), ...CONFIGURATION]) {
		const path = join(root, file);
		if (existsSync(path) && statSync(path).isFile())
			hash.update(`${file}\0`).update(readFileSync(path)).update('\0');
	}
	return hash.digest('hex');
}

/** How a mutant is known among the results. @param {import('./mutation.js').Mutant} mutant */
export const keyOf = ({ file, from, to }) => JSON.stringify([file, from, to]);

export class Results {
	#path;
	/** @type {Map<string, Result>} */
	#known = new Map();

	/** Those of an earlier run over the same files; none where `digest` differs. @param {string} path @param {string} digest */
	constructor(path, digest) {
		this.#path = path;
		const [head, ...lines] = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
		if (head === digest) lines.forEach((line) => this.#read(line));
		else {
			mkdirSync(dirname(path), { recursive: true });
			writeFileSync(path, `${digest}\n`);
		}
	}

	/** @param {import('./mutation.js').Mutant} mutant */
	get(mutant) {
		return this.#known.get(keyOf(mutant));
	}

	/** Written at once: an interruption loses nothing that is done. @param {import('./mutation.js').Mutant} mutant @param {Result} result */
	add(mutant, result) {
		this.#known.set(keyOf(mutant), result);
		appendFileSync(this.#path, `${JSON.stringify([keyOf(mutant), result])}\n`);
	}

	/** @param {string} line */
	#read(line) {
		try {
			const [key, result] = JSON.parse(line);
			this.#known.set(key, result);
		} catch {
			// The last line of a run that was killed while it wrote: that mutant is tried again.
		}
	}
}

/**
 * How many became what, and the share that was killed, of those that were tried.
 * @param {readonly import('./mutation.js').Mutant[]} mutants @param {Results} results
 */
export function summaryOf(mutants, results) {
	const outcomes = mutants.map((mutant) => results.get(mutant)?.outcome);
	/** @param {Outcome | undefined} wanted */
	const count = (wanted) => outcomes.filter((outcome) => outcome === wanted).length;
	const [killed, survived, timedOut, left] = [
		count('killed'),
		count('survived'),
		count('timedOut'),
		count(undefined)
	];
	const percent = Math.floor((100 * killed) / Math.max(1, mutants.length - left));
	return { killed, survived, timedOut, left, percent };
}
