/** The border between utilities and scoped styles, and the names of widths; each rule is broken once here. */
import { expect, test } from 'vitest';
import { breakpointsOf, expandBreakpoints } from '../../scripts/breakpoints.js';
import { consoleSources } from '../../scripts/import-cycles.js';
import { styleErrors } from '../../scripts/styles.js';

test('every component keeps to it', () => {
	const components = Object.entries(consoleSources()).filter(([file]) => file.endsWith('.svelte'));
	const errors = components.map(([file, source]) => [file, styleErrors(file, source)] as const);
	expect(components.length).toBeGreaterThan(50);
	expect(Object.fromEntries(errors.filter(([, found]) => found.length))).toEqual({});
});

const styled = (style: string, markup = '<p class="note">a</p>') => `${markup}\n<style>\n${style}\n</style>`;

test.each([
	['a width', styled('@media (width < 52rem) { .note { color: red } }')],
	['a width', styled('@media (min-width: 52rem) { .note { color: red } }')],
	['a size of text', styled('.note { font-size: 0.8125rem; }')],
	['a size of text', styled('.note { font: 500 0.75rem/1.25rem var(--font-mono); }')],
	['a radius', styled('.note { border-radius: 0.5rem; }')],
	['a radius', styled('.note { border-radius: 0 0 4px 4px; }')],
	['a colour', styled('.note { color: #fff; }')],
	['a colour', styled('.note { background: light-dark(oklch(1 0 0), var(--ink)); }')],
	['an arbitrary value', '<p class="text-[13px]">a</p>'],
	[
		'utilities beside a scoped class: note mt-2',
		styled('.note { color: var(--ink); }', '<p class="note mt-2">a</p>')
	],
	[
		'utilities beside a scoped class: note mt-2',
		styled('.note:hover { gap: 0 }', "<p class={['note mt-2', { on }]}>a</p>")
	]
])('%s is refused: %s', (message, source) => expect(styleErrors('New.svelte', source)[0]).toContain(message));

test.each([
	styled(
		'@media (--below-md) { .note { font: var(--text-xs)/1.25rem var(--font-mono); border-radius: 50%; } }'
	),
	styled('.control { height: 2rem; }', '<input class="control ps-8" />'),
	styled('.note { color: oklch(0.4 0.1 var(--hue)); }', '<p class={["note", tone]}>a</p>'),
	'<p class="mt-2 text-sm">a</p>'
])('%s is not', (source) => expect(styleErrors('New.svelte', source)).toEqual([]));

test('a width is written out by its name in the theme, and a name that the theme has not is refused', () => {
	const theme = breakpointsOf('@theme { --breakpoint-sm: 40rem; --breakpoint-md: 52rem; }');
	expect(expandBreakpoints('@media (--from-sm) and (--below-md) { a { top: 0 } }', theme)).toBe(
		'@media (width >= 40rem) and (width < 52rem) { a { top: 0 } }'
	);
	expect(() => expandBreakpoints('@media (--below-huge) { a { top: 0 } }', theme)).toThrow('(--below-huge)');
	expect(Object.keys(breakpointsOf())).toEqual(expect.arrayContaining(['sm', 'md', 'lg']));
});
