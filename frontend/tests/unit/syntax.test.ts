/** What the sources may not say: each rule is broken once here. */
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { expect, test } from 'vitest';

const eslint = new ESLint({ cwd: fileURLToPath(new URL('../../', import.meta.url)) });

async function complaints(file: string, code: string): Promise<string[]> {
	const source =
		file.endsWith('.svelte') && !code.startsWith('<') ? `<script lang="ts">\n${code}\n</script>` : code;
	const [result] = await eslint.lintText(source, { filePath: file });
	return result!.messages
		.filter(({ ruleId }) => ruleId === 'no-restricted-syntax')
		.map(({ message }) => message);
}

const PAGE = 'src/routes/(app)/new/+page.svelte';
const SERVER = 'src/routes/(app)/new/+page.server.ts';

test.each([
	[SERVER, "export const load = ({ url }: { url: URL }) => url.searchParams.get('x');"],
	[SERVER, "export const load = ({ searchParams }: URL) => searchParams.get('x');"],
	[SERVER, "export const to = '/people?online=yes';"],
	[SERVER, 'export const to = (role: string) => `/people?role=${role}`;'],
	[SERVER, 'export const to = (all: string) => `/sign-in?${all}`;'],
	[SERVER, 'export const to = (id: string, lang: string) => `/people/${id}?lang=${lang}`;'],
	[PAGE, "const who = new URL(location.href).searchParams.get('who');"],
	[PAGE, '<a href="/people?online=yes">Online</a>']
])('in %s an address has its codec: %s', async (file, code) => {
	expect(await complaints(file, code)).toEqual([expect.stringContaining('codec')]);
});

test('an e-mail address is entered in a field that leaves it as it is', async () => {
	expect(await complaints(PAGE, '<input type="email" name="email" />')).toEqual([
		expect.stringMatching(/^Use EmailField/)
	]);
	expect(await complaints(PAGE, '<input type="text" name="email" inputmode="email" />')).toEqual([]);
});

test.each([
	[SERVER, 'export const told = 1;'],
	[SERVER, 'export const toldText = 1;'],
	[SERVER, 'export const isTold = 1;'],
	[SERVER, 'export const state = { gone: true };'],
	[SERVER, 'export class Store { #settle() {} run() { this.#settle(); } }'],
	[SERVER, 'export interface Doors { ask(): void }'],
	[PAGE, 'let { scripted }: { scripted: boolean } = $props();'],
	['tests/unit/new.test.ts', 'export const fault = new Error();']
])('in %s a name is a word of the field: %s', async (file, code) => {
	expect(await complaints(file, code)).toContainEqual(expect.stringMatching(/^Not ".+", but /));
});

test.each([
	[SERVER, 'export const [retold, barely, litmus, farewell, faulty] = [1, 2, 3, 4, 5];'],
	[SERVER, 'export const load = ({ url }: { url: URL }) => JSON.parse(String(url.searchParams));'],
	[PAGE, '<form action="?/save"><a href="/people">People</a></form>'],
	['src/lib/utils/address.ts', "export const one = (url: URL) => url.searchParams.get('x');"]
])('in %s this is not refused: %s', async (file, code) => {
	expect(await complaints(file, code)).toEqual([]);
});
