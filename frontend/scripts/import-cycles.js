/**
 * Finds modules that import one another in a circle, types included. Ends with 1 when there is one.
 *
 *     node scripts/import-cycles.js
 */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])(#lib\/[^'"]+|\.{1,2}\/[^'"]+)\1/g;

/** The files that one imports, as paths of the project. @param {string} file @param {string} source @returns {string[]} */
export function importsOf(file, source) {
	return [...source.matchAll(IMPORT)].map(([, , name = '']) =>
		name.startsWith('#lib/') ? name.replace('#lib', 'src/lib') : normalize(join(dirname(file), name))
	);
}

/** One circle of imports, as the files along it, or null. @param {Record<string, string>} sources by path @returns {string[] | null} */
export function findCycle(sources) {
	/** @type {Set<string>} */
	const done = new Set();
	/** @param {string} file @param {string[]} above @returns {string[] | null} */
	const visit = (file, above) => {
		if (above.includes(file)) return [...above.slice(above.indexOf(file)), file];
		const source = sources[file];
		if (source === undefined || done.has(file)) return null;
		for (const next of importsOf(file, source)) {
			const found = visit(next, [...above, file]);
			if (found) return found;
		}
		done.add(file);
		return null;
	};
	for (const file of Object.keys(sources)) {
		const found = visit(file, []);
		if (found) return found;
	}
	return null;
}

/** Every module of the console by its path. @returns {Record<string, string>} */
export function consoleSources() {
	const root = fileURLToPath(new URL('../', import.meta.url));
	const files = globSync('src/**/*.{ts,svelte}', { cwd: root });
	return Object.fromEntries(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
}

if (argv[1] === fileURLToPath(import.meta.url)) {
	const cycle = findCycle(consoleSources());
	if (cycle) {
		console.error(`A circle of imports:\n  ${cycle.join('\n  ')}`);
		process.exitCode = 1;
	}
}
