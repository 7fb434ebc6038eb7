/** Which part of the console may import which: each rule is broken once here. */
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { expect, test } from 'vitest';
import { consoleSources, findCycle, importsOf } from '../../scripts/import-cycles.js';

const eslint = new ESLint({ cwd: fileURLToPath(new URL('../../', import.meta.url)) });

async function complaints(file: string, imported: string, name = 'One'): Promise<string[]> {
	const line = `import type { ${name} } from '${imported}';\nexport type Two = ${name};\n`;
	const code = file.endsWith('.svelte') ? `<script lang="ts" module>\n${line}</script>\n` : line;
	const [result] = await eslint.lintText(code, { filePath: file });
	return result!.messages.map(({ ruleId }) => ruleId ?? 'fatal');
}

const RULE = 'no-restricted-imports';

test.each([
	['src/lib/types/new.ts', '#lib/utils/pool.ts'],
	['src/lib/types/new.ts', '#lib/stores/viewer.svelte.ts'],
	['src/lib/types/new.ts', 'svelte/reactivity'],
	['src/lib/types/new.ts', '../utils/pool.ts'],
	['src/lib/messages/new.ts', '#lib/utils/format.ts'],
	['src/lib/messages/new.ts', '$app/state'],
	['src/lib/utils/new.ts', '#lib/stores/viewer.svelte.ts'],
	['src/lib/utils/new.ts', '#lib/server/api.ts'],
	['src/lib/utils/new.ts', '#lib/components/ui/Badge.svelte'],
	['src/lib/utils/user/new.ts', '$app/navigation'],
	['src/lib/utils/user/new.ts', 'svelte/reactivity'],
	['src/lib/utils/user/new.ts', '../pool.ts'],
	['src/lib/stores/new.svelte.ts', '#lib/components/ui/Badge.svelte'],
	['src/lib/stores/user/new.svelte.ts', '#lib/server/forms.ts'],
	['src/lib/stores/user/new.svelte.ts', '../viewer.svelte.ts'],
	['src/lib/server/new.ts', '#lib/stores/viewer.svelte.ts'],
	['src/lib/server/new.ts', '#lib/components/ui/Badge.svelte'],
	['src/hooks.server.ts', '#lib/stores/viewer.svelte.ts'],
	['src/routes/(app)/new/+page.server.ts', '#lib/stores/viewer.svelte.ts'],
	['src/routes/(app)/new/+server.ts', '#lib/components/ui/Badge.svelte'],
	['src/routes/(app)/new/+page.svelte', '#lib/server/api.ts'],
	['src/routes/(app)/new/+page.ts', '#lib/server/api.ts'],
	['src/routes/(auth)/new/+page.svelte', '#lib/server/api.ts'],
	['src/routes/+layout.ts', '#lib/server/api.ts'],
	['src/hooks.client.ts', '#lib/server/api.ts'],
	['src/service-worker/index.ts', '#lib/server/api.ts'],
	['src/lib/components/ui/New.svelte', '#lib/server/api.ts'],
	['src/lib/components/ui/New.svelte', '#lib/utils/user/rights.ts'],
	['src/lib/components/ui/New.svelte', '../user/RoleBadge.svelte'],
	['src/lib/components/ui/New.svelte', '#lib/components/user/RoleBadge.svelte'],
	['src/lib/components/ui/New.svelte', '#lib/stores/user/list.svelte.ts'],
	['src/lib/components/ui/New.svelte', '#lib/graphql/documents.ts'],
	['src/lib/components/user/New.svelte', '#lib/server/forms.ts'],
	['src/lib/components/user/New.svelte', '#lib/components/event/EventRow.svelte'],
	['src/lib/components/event/New.svelte', '#lib/components/shell/Shell.svelte'],
	['src/lib/components/shell/New.svelte', '#lib/components/user/RoleBadge.svelte']
])('%s does not import %s', async (file, imported) =>
	expect(await complaints(file, imported)).toContain(RULE)
);

test.each([
	['src/lib/utils/user/new.ts', '#lib/utils/pool.ts'],
	['src/lib/stores/user/new.svelte.ts', '#lib/utils/pool.ts'],
	['src/lib/components/user/New.svelte', '#lib/components/ui/Badge.svelte'],
	['src/lib/components/user/New.svelte', './RoleBadge.svelte'],
	['src/routes/(app)/new/+page.svelte', '#lib/components/event/EventRow.svelte'],
	['src/routes/(app)/new/+page.server.ts', '#lib/server/api.ts']
])('%s may import %s', async (file, imported) =>
	expect(await complaints(file, imported)).not.toContain(RULE)
);

test.each([
	'src/lib/components/ui/New.svelte',
	'src/routes/+layout.svelte',
	'src/routes/(auth)/sign-in/+page.svelte'
])('%s cannot miss a word: it takes those that are there before sign-in', async (file) => {
	expect(await complaints(file, '#lib/stores/i18n.svelte.ts', 'useI18n')).toContain(RULE);
	expect(await complaints(file, '#lib/stores/entry-i18n.svelte.ts', 'useEntryI18n')).not.toContain(RULE);
});

test('what is shown before sign-in loads no words but those that are there, by whatever way', () => {
	const sources = consoleSources();
	const entry = Object.keys(sources).filter((file) =>
		/^src\/routes\/(\(auth\)\/.*|[^/]+)\.svelte$/.test(file)
	);
	const reached = new Set(entry);
	for (const file of reached) for (const next of importsOf(file, sources[file] ?? '')) reached.add(next);
	expect(entry).toContain('src/routes/(auth)/sign-in/+page.svelte');
	expect(reached).toContain('src/lib/stores/entry-i18n.svelte.ts');
	expect(reached).not.toContain('src/lib/stores/i18n.svelte.ts');
});

test('no circle of imports, and one would be found', () => {
	expect(findCycle(consoleSources())).toBeNull();
	const circle = {
		'src/lib/utils/a.ts': "import { b } from './b.ts';",
		'src/lib/utils/b.ts': "import type { C } from '#lib/types/c.ts';",
		'src/lib/types/c.ts': "export type C = import('../utils/a.ts').A;"
	};
	expect(findCycle(circle)).toEqual([
		'src/lib/utils/a.ts',
		'src/lib/utils/b.ts',
		'src/lib/types/c.ts',
		'src/lib/utils/a.ts'
	]);
});
