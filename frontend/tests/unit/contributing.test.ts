/** The recipes of CONTRIBUTING.md name files that are there. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const text = readFileSync(new URL('../../../CONTRIBUTING.md', import.meta.url), 'utf8');
const recipes = text.slice(text.indexOf('\n## The console'));
const files = globSync('{src,tests,scripts}/**/*.{ts,js,svelte,css,graphql}', { cwd: ROOT }).map(
	(file) => `/${file}`
);
/** Those in code spans; the files of the teams that a recipe makes are not there yet. */
const named = [...recipes.matchAll(/`([\w()[\]+/.-]+\.(?:ts|js|svelte|css|graphql))`/g)]
	.map(([, file]) => file!)
	.filter((file) => !file.includes('team'));

test('some are named', () => expect(named.length).toBeGreaterThan(8));

test.each([...new Set(named)])('%s is there', (file) =>
	expect(files.filter((one) => one.endsWith(`/${file}`))).not.toEqual([])
);
