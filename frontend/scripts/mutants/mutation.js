/** The hand-made mutants of tests/mutants.js, and how one is put into a source. */
import { parse } from 'svelte/compiler';
import ts from 'typescript';
import { MUTANTS } from '../../tests/mutants.js';

/** @typedef {{ file: string, from: string, to: string }} Mutant */

/** The source with the mutant in it. Raises where that is not found once. @param {string} source @param {Mutant} mutant */
export function broken(source, { file, from, to }) {
	if (source.split(from).length !== 2) throw new Error(`${file} has this not once: ${from}`);
	return source.replace(from, () => to);
}

/** Raises where a source does not compile: tests would fail for that reason alone. @param {string} file @param {string} source */
export function compile(file, source) {
	if (file.endsWith('.svelte')) return void parse(source, { filename: file });
	const { diagnostics = [] } = ts.transpileModule(source, { reportDiagnostics: true, fileName: file });
	if (diagnostics[0])
		throw new Error(`${file}: ${ts.flattenDiagnosticMessageText(diagnostics[0].messageText, ' ')}`);
}

/** The mutants of the files that are asked for. @param {readonly string[]} parts @returns {Mutant[]} */
export function mutantsOf(parts = []) {
	return Object.entries(MUTANTS)
		.filter(([file]) => !parts.length || parts.some((part) => file.includes(part)))
		.flatMap(([file, pairs]) => pairs.map(([from, to]) => ({ file: `src/${file}`, from, to })));
}
