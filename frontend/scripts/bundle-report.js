/**
 * How much script each page loads, from the real build: what the page names to preload, and all that these import,
 * compressed as it is served, and in how many files. Ends with 1 when a page is over its budget.
 *
 *     node scripts/bundle-report.js            a line for each page
 *     node scripts/bundle-report.js --chunks   and for each file of it
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const BUILD = fileURLToPath(new URL('../build/', import.meta.url));
/** Thousands of bytes of script, compressed with brotli. */
const BUDGETS = {
	'/': 61,
	'/sign-in': 50,
	'/sign-up': 50,
	'/forgot-password': 50,
	'/reset-password': 50,
	'/verify-email': 50,
	'/confirm-email': 50,
	'/accept-invitation': 50,
	'/second-factor': 77,
	'/account': 84,
	'/account/keys': 70,
	'/activity': 82,
	'/activity/revert/[event]': 75,
	'/developers': 68,
	'/help': 70,
	'/overview': 78,
	'/people': 75,
	'/people/change': 70,
	'/people/import': 77,
	'/people/invitations': 72,
	'/people/new': 67,
	'/people/[id]': 89,
	'/webhooks': 78,
	'/webhooks/[id]': 80
};

/** Each file is a request: with the four that follow once these have run, a page asks for at most twenty. */
const FILES = 16;

if (!existsSync(`${BUILD}server/manifest-full.js`)) {
	console.error('There is no build: npm run build');
	process.exit(2);
}
const { manifest } = await import(`${BUILD}server/manifest-full.js`);

/** @param {string} file */
function size(file) {
	const path = `${BUILD}client/${file}`;
	// The smallest files are served as they are.
	return statSync(existsSync(`${path}.br`) ? `${path}.br` : path).size;
}

const STATIC = /(?:^|[;}\s])(?:import|export)\b[^"'()]*?["'](\.{1,2}\/[^"']+\.js)["']/g;
const DYNAMIC = /\bimport\(["'`](\.{1,2}\/[^"'`]+\.js)["'`]\)/g;

/** The files that one imports, by a pattern. @param {string} file @param {RegExp} pattern */
function imports(file, pattern) {
	const source = readFileSync(`${BUILD}client/${file}`, 'utf8');
	const base = `file:///${file}`;
	return [...source.matchAll(pattern)].map(([, target]) => new URL(target, base).pathname.slice(1));
}

/** All that is loaded with these, in the order of its finding. @param {Iterable<string>} files */
function closure(files) {
	const found = new Set(files);
	for (const file of found) for (const next of imports(file, STATIC)) found.add(next);
	return found;
}

/** @param {Iterable<string>} files */
const total = (files) => [...files].reduce((sum, file) => sum + size(file), 0);
const kilobytes = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(1)} kB`;

/** What a route loads at first, and what its own parts load when they are used. @param {any} page */
async function load(page) {
	const nodes = await Promise.all(
		[...page.layouts, page.leaf].filter(Number.isInteger).map((node) => manifest.nodes[node]())
	);
	const first = closure([...manifest.client.imports, ...nodes.flatMap((node) => node.imports)]);
	const parts = [...first].filter((file) => !file.includes('/entry/'));
	const later = closure(parts.flatMap((file) => imports(file, DYNAMIC)));
	for (const file of first) later.delete(file);
	return { first, later };
}

const withChunks = process.argv.includes('--chunks');
let over = false;
console.log(
	`${'page'.padEnd(20)}${'at first'.padStart(10)}${'files'.padStart(7)}${'later'.padStart(10)}  budget`
);
for (const { id, page } of manifest.routes) {
	if (!page) continue;
	const path = id.replace(/\/\([^)]+\)/g, '') || '/';
	const { first, later } = await load(page);
	const bytes = total(first);
	const budget = BUDGETS[/** @type {keyof typeof BUDGETS} */ (path)];
	const within = bytes <= (budget ?? Infinity) * 1000 && first.size <= FILES;
	const verdict = `${budget === undefined ? '' : `${budget} kB`}${within ? '' : ', over'}`;
	over ||= verdict.endsWith('over');
	const numbers = `${kilobytes(bytes).padStart(10)}${String(first.size).padStart(7)}${kilobytes(total(later)).padStart(10)}`;
	console.log(`${path.padEnd(20)}${numbers}  ${verdict}`);
	if (!withChunks) continue;
	for (const file of [...first].sort((a, b) => size(b) - size(a)))
		console.log(`    ${kilobytes(size(file)).padStart(8)}  ${file.replace('_app/immutable/', '')}`);
}
process.exitCode = over ? 1 : 0;
