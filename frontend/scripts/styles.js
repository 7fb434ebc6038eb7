/**
 * The border between utilities and scoped styles: an element is styled by the one or by the other, never by both, and
 * what has a token in app.css or theme.css (colours, sizes of text, radii, breakpoints) is named by it.
 */
import { readFileSync } from 'node:fs';

/** What a style may not write out. @type {[pattern: RegExp, message: string][]} */
const LITERALS = [
	[/@media[^{]*\bwidth\b[^{]*\{/, 'a width: name the breakpoint, @media (--below-md)'],
	[/\bfont-size:[^;]*\d(?:rem|px)/, 'a size of text: var(--text-…)'],
	[/\bfont:(?:\s+\d+)?\s+[\d.]+(?:rem|px)/, 'a size of text: var(--text-…)'],
	[/\bborder-radius:[^;]*\d(?:rem|px)/, 'a radius: var(--radius-…)'],
	[/#[\da-f]{3,8}\b|\b(?:rgb|hsl|oklch)\((?![^)]*var\()/i, 'a colour: var(--…)']
];
/** Literals that no other place shares. @type {Record<string, RegExp>} */
const OWN = {
	// Initials fill a circle of their own size.
	'src/lib/components/ui/Avatar.svelte': /font-size: (?:0\.5625|1\.125)rem;/g
};

/** The classes that app.css gives to all: utilities may place them. */
export function sharedClasses(css = readFileSync(new URL('../src/app.css', import.meta.url), 'utf8')) {
	return new Set([...css.matchAll(/\.([a-z][\w-]*)/gi)].map(([, name = '']) => name));
}

/** @param {string} style */
function classesOf(style) {
	const selectors = [...style.matchAll(/([^{};]+)\{/g)].map(([, selector = '']) => selector);
	const own = selectors.filter((selector) => !selector.trim().startsWith('@'));
	return new Set(
		own.flatMap((selector) => [...selector.matchAll(/\.([a-z][\w-]*)/gi)].map(([, name = '']) => name))
	);
}

/** The words of each class attribute; what is computed is left out. @param {string} markup @returns {string[][]} */
function classLists(markup) {
	return [...markup.matchAll(/\bclass=(?:"([^"]*)"|\{\[([^\]]*)\])/g)].map(([, plain, list = '']) => {
		const text = plain ?? [...list.matchAll(/'([^']*)'/g)].map(([, word]) => word).join(' ');
		return text
			.replace(/\{[^}]*\}/g, ' ')
			.split(/\s+/)
			.filter(Boolean);
	});
}

/** What is wrong with the styles of a component. @param {string} file @param {string} source @returns {string[]} */
export function styleErrors(file, source, shared = sharedClasses()) {
	const [markup = '', rest = ''] = source.split('<style>');
	const style = rest.replace(/\/\*[\s\S]*?\*\//g, '').replace(OWN[file] ?? /$^/, '');
	const own = classesOf(style);
	const isUtility = (/** @type {string} */ word) => !own.has(word) && !shared.has(word);
	return [
		...LITERALS.filter(([pattern]) => pattern.test(style)).map(([, message]) => message),
		...(/\b(?:text|bg|border|rounded)-\[[\d.#]/.test(markup)
			? ['an arbitrary value among the utilities']
			: []),
		...classLists(markup)
			.filter((words) => words.some((word) => own.has(word) && !shared.has(word)) && words.some(isUtility))
			.map((words) => `utilities beside a scoped class: ${words.join(' ')}`)
	];
}
