/** Every regular expression takes time in proportion to its text; a new one fails here until its worst text is listed. */
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
/** Characters of the longest header and path, and how many times as much is given then. */
const [SIZE, TIMES] = [16_384, 4];
/** Quadratic time would be TIMES times as long as linear time is. */
const SLACK = 2;
const ATTEMPTS = 5;

/** What each file's patterns repeat, over and over, without what would end it. */
const WORST: Record<string, string[]> = {
	'server/compress.js': ['text/html', 'text/'],
	'server/front.js': ['/', '/api', '/graphql'],
	'server/forwarded.js': ['x', 'http', '::ffff:1', '1.'],
	'server/refusals.js': ['/api', '/admin'],
	'src/hooks.server.ts': ['x'],
	'src/lib/components/explorer/Explorer.svelte': [' ', ' {'],
	'src/lib/components/ui/Avatar.svelte': [' ', 'x ', '\t'],
	'src/routes/(app)/developers/+page.svelte': ['http'],
	'src/lib/components/shell/Keyboard.svelte': ['ma', 'ipho'],
	'src/lib/messages/locale.ts': ['; ', ';q', ';', ' ', 'a;q='],
	'src/lib/server/cookies.ts': ['path', 'max-ag', 'secur', 'a', '0g'],
	'src/lib/server/import-corrections.ts': ['\r', '\n', 'x'],
	'src/lib/server/import.ts': ['\r', '\n', 'x'],
	'src/lib/server/measurements.ts': [
		'a',
		'a{',
		'} ',
		'a="',
		'\\"',
		'a="\\',
		'a="b"',
		'rollcall_request_seconds'
	],
	'src/lib/utils/address.ts': ['0', '00000000-', '-0000'],
	'src/lib/utils/days.ts': ['1', '2026-', '-01'],
	'src/lib/utils/csv-line.ts': ['"', ',', 'x', '=', '\r'],
	'src/lib/utils/event/moment.ts': ['0', '2026-01-02T', ':00', '.000Z', ':00.000Z'],
	'src/lib/utils/event/sentence.ts': ['{', '{a', 'a'],
	'src/lib/utils/explorer/examples.ts': [' ', ' x', '\n'],
	'src/lib/utils/format.ts': ['A', '/'],
	'src/lib/utils/explorer/json-tokens.ts': ['"', '\\"', '"\\', '" ', '1', '1.', '1e', 'tru', '-', '"x":'],
	'src/lib/utils/explorer/operations.ts': [
		'"',
		'"""',
		'\\"',
		'"\\"',
		'#',
		'query ',
		'query',
		' ',
		'fragment x',
		'"""\n',
		'[!'
	],
	'src/lib/utils/offline.ts': [
		'failed to fetc',
		'load faile',
		'network',
		'network ',
		'importing a ',
		'the request '
	],
	'src/lib/utils/problems.ts': [
		'The password is ',
		'This e-mail address belongs to a deleted user',
		'The display name ',
		'The display name has  U+A',
		'Invalid email forma',
		"Invalid email format: '' is no"
	],
	'src/lib/utils/user/import.ts': ['.ndjson', '.', '.jsonl'],
	'src/lib/utils/user/import-reasons.ts': [
		'The file is not UTF-8: byte ',
		'The file is not x',
		'The file is not : byte ',
		'The header lacks the column email',
		'; it has: ',
		'The header has the column ',
		'The header has the column  twice',
		'on line ',
		'1',
		'1 fields instead of '
	],
	'src/lib/utils/session/user-agent.ts': [
		'Version/1',
		'Version/',
		'Safari',
		'1.',
		'x',
		'Chrome',
		'Edg',
		' ',
		'HeadlessChrome'
	],
	'src/service-worker/index.ts': ['.js', '.', '/']
};

function files(folder: string): string[] {
	return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && /\.(?:ts|js|svelte)$/.test(entry.name))
		.map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

/** The patterns that a file holds; in components those of its scripts and those in braces of its markup. */
function patterns(path: string): RegExp[] {
	const text = readFileSync(join(ROOT, path), 'utf8');
	if (!path.endsWith('.svelte')) return literals(text);
	const scripts = [...text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, script]) => script!);
	const markup = text.replace(/<(script|style)[^>]*>[\s\S]*?<\/\1>/g, '');
	return [
		...scripts,
		...[...markup.matchAll(/\{([^{}#:/@][^{}]*)\}/g)].map(([, code]) => `(${code})`)
	].flatMap(literals);
}

function literals(text: string): RegExp[] {
	const found: RegExp[] = [];
	const visit = (node: ts.Node) => {
		if (ts.isRegularExpressionLiteral(node)) {
			const end = node.text.lastIndexOf('/');
			found.push(new RegExp(node.text.slice(1, end), node.text.slice(end + 1)));
		}
		if (ts.isIdentifier(node) && node.text === 'RegExp' && !ts.isTypeReferenceNode(node.parent))
			throw new Error('A pattern that is put together while running cannot be measured');
		ts.forEachChild(node, visit);
	};
	visit(ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true));
	return found;
}

const ALL = ['server.js', ...files('server'), ...files('src')]
	.map((path) => ({ path, found: patterns(path) }))
	.filter(({ found }) => found.length > 0);

/** Milliseconds of processor time for all that can be done with a pattern, the shortest of three. */
function cost(pattern: RegExp, text: string): number {
	const all = new RegExp(pattern.source, [...new Set(`${pattern.flags}g`)].join(''));
	const once = () => {
		const began = process.cpuUsage();
		text.replace(all, '');
		const { user, system } = process.cpuUsage(began);
		return (user + system) / 1_000;
	};
	return Math.min(once(), once(), once());
}

/** Quadratic time stays so however often it is measured; what else the machine does in between does not. */
function isLinear(short: () => number, long: () => number): boolean {
	return Array.from({ length: ATTEMPTS }).some(() => {
		const [few, many] = [short(), long()];
		// What takes less than 2 ms for 64 thousand characters is linear, whatever the clock makes of it.
		return many < 2 || many < few * TIMES * SLACK;
	});
}

describe('patterns', () => {
	test('are all listed', () => expect(ALL.map(({ path }) => path).sort()).toEqual(Object.keys(WORST).sort()));

	test.each(ALL)('of $path are linear', ({ path, found }) => {
		for (const pattern of found)
			for (const part of WORST[path] ?? [])
				for (const end of ['', '\n', '!']) {
					const text = (times: number) => part.repeat((SIZE * times) / part.length) + end;
					expect(
						isLinear(
							() => cost(pattern, text(1)),
							() => cost(pattern, text(TIMES))
						),
						`${pattern} on ${part}`
					).toBe(true);
				}
	});
});
