/** Which tests can notice a change of a module: those that import it, nearest first. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { importsOf } from '../import-cycles.js';

/** What comes with every test in jsdom, and has the stand-ins that these name by SvelteKit's names. */
const SETUP = 'tests/document/setup.ts';

/** For each file of a folder the tests that reach it and over how many imports. @param {string} folder @returns {Map<string, Map<string, number>>} */
export function testsByFile(folder) {
	/** @type {Map<string, Map<string, number>>} */
	const reached = new Map();
	/** @type {Map<string, string[]>} */
	const imports = new Map();
	/** @param {string} file */
	const importsIn = (file) => {
		// Some names stand in the text of a test of imports.
		if (!/\.(ts|js|svelte)$/.test(file) || !existsSync(join(folder, file))) return [];
		return importsOf(file, readFileSync(join(folder, file), 'utf8'));
	};
	for (const test of globSync('tests/{unit,component,page}/**/*.test.ts', { cwd: folder })) {
		const seen = new Set([test]);
		let near = test.startsWith('tests/unit') ? [test] : [test, SETUP];
		for (let distance = 0; near.length; distance += 1) {
			for (const file of near) reached.set(file, (reached.get(file) ?? new Map()).set(test, distance));
			const next = near.flatMap(
				(file) => imports.get(file) ?? imports.set(file, importsIn(file)).get(file) ?? []
			);
			near = [...new Set(next)].filter((file) => !seen.has(file));
			for (const file of near) seen.add(file);
		}
	}
	return reached;
}
