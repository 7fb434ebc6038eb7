/** The list of mutants fits the code as it is: each text stands once in its file, and what it becomes compiles. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { broken, compile, mutantsOf } from '../../scripts/mutants/mutation.js';

const source = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

test.each(mutantsOf())('$file has "$from"', ({ file, ...mutant }) => {
	const after = broken(source(file), { file, ...mutant });
	expect(after).not.toBe(source(file));
	compile(file, after);
});

test('what is not there, or not once, is found', () => {
	const mutant = { file: 'src/x.ts', from: 'a', to: 'b' };
	expect(() => broken('c', mutant)).toThrow('not once');
	expect(() => broken('a a', mutant)).toThrow('not once');
	expect(() => compile('x.ts', 'const = 1;')).toThrow();
});

/** A clone has no generated files: what transforms TypeScript makes them first. */
test.each(['test', 'mutants', 'build', 'check'])('npm run %s begins with svelte-kit sync', (name) => {
	const { scripts } = JSON.parse(source('package.json')) as { scripts: Record<string, string> };
	expect(scripts[name]).toMatch(/^svelte-kit sync && /);
});
