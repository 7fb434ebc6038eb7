/**
 * Widths by their names in every style: `@media (--below-md)` and `(--from-md)` stand for the breakpoints of the theme in
 * theme.css, as custom media (CSS Media Queries 5) that no browser has yet.
 */
import { readFileSync } from 'node:fs';

const THEME = new URL('../src/theme.css', import.meta.url);
const NAMED = /\(--(from|below)-(\w+)\)/g;

/** The theme's breakpoints by their names. @param {string} [css] @returns {Record<string, string>} */
export function breakpointsOf(css = readFileSync(THEME, 'utf8')) {
	return Object.fromEntries(
		[...css.matchAll(/--breakpoint-(\w+):\s*([^;]+);/g)].map(([, name, width]) => [name, width])
	);
}

/** A style with its widths written out; throws at a name that the theme has not. @param {string} css */
export function expandBreakpoints(css, widths = breakpointsOf()) {
	return css.replace(NAMED, (all, side, name) => {
		if (!widths[name]) throw new Error(`theme.css has no breakpoint for ${all}`);
		return `(width ${side === 'from' ? '>=' : '<'} ${widths[name]})`;
	});
}

/** @returns {import('vite').Plugin} */
export function breakpoints() {
	return {
		name: 'breakpoints',
		enforce: 'pre',
		transform: {
			filter: { id: /\.css(?:$|\?)|&lang\.css/, code: /@media [^{]*\(--/ },
			handler: (code) => ({ code: expandBreakpoints(code), map: null })
		}
	};
}
