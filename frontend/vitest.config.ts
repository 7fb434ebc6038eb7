import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const shared = {
	plugins: [svelte({ compilerOptions: { runes: true } })],
	resolve: { conditions: ['browser'] }
};

/** Tests in a document (jsdom), with stand-ins for SvelteKit's client from the folder `kit` beside them. */
function inDocument(name: string) {
	const standIn = (part: string) => fileURLToPath(new URL(`./tests/${name}/kit/${part}.ts`, import.meta.url));
	const parts = ['forms', 'navigation', 'state'];
	const alias = Object.fromEntries(parts.map((part) => [`$app/${part}`, standIn(part)]));
	return {
		...shared,
		resolve: { ...shared.resolve, alias },
		test: {
			name,
			include: [`tests/${name}/**/*.test.ts`],
			environment: 'jsdom',
			environmentOptions: { jsdom: { url: 'http://localhost:3000/' } },
			setupFiles: [`tests/${name}/setup.ts`],
			testTimeout: 15_000
		}
	};
}

/**
 * `unit`: stores, utils and the server's code on their own. `component`: a component, with the answers to its forms given
 * by the test. `page`: a whole page, with the server's own actions behind its forms and a fake API behind both.
 */
export default defineConfig({
	test: {
		pool: 'threads',
		maxWorkers: 1,
		projects: [
			{ ...shared, test: { name: 'unit', include: ['tests/unit/**/*.test.ts'], environment: 'node' } },
			inDocument('component'),
			inDocument('page')
		]
	}
});
