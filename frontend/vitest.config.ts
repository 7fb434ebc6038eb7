import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const shared = {
	// As in vite.config.ts.
	json: { namedExports: false },
	plugins: [svelte({ compilerOptions: { runes: true } })],
	resolve: { conditions: ['browser'] }
};

/** Stand-ins for SvelteKit's client. */
const standIn = (file: string) => fileURLToPath(new URL(`./tests/document/kit/${file}`, import.meta.url));
const alias = {
	'$app/env': standIn('env.ts'),
	'$app/forms': standIn('forms.ts'),
	'$app/navigation': standIn('navigation.ts'),
	'$app/state': standIn('state.svelte.ts')
};

/**
 * `unit`: stores, utils and the server's code on their own. `document`: in jsdom, what tests/document gives: a component,
 * with the answers to its forms given by the test, or a whole page, with the server's own actions behind its forms and a
 * fake API behind both.
 */
export default defineConfig({
	test: {
		pool: 'threads',
		maxWorkers: 1,
		projects: [
			{
				...shared,
				test: {
					name: 'unit',
					include: ['tests/unit/**/*.test.ts'],
					environment: 'node',
					testTimeout: 60_000
				}
			},
			{
				...shared,
				resolve: { ...shared.resolve, alias },
				test: {
					name: 'document',
					include: ['tests/{component,page}/**/*.test.ts'],
					environment: 'jsdom',
					environmentOptions: { jsdom: { url: 'http://localhost:3000/' } },
					setupFiles: ['tests/document/setup.ts'],
					testTimeout: 60_000
				}
			}
		]
	}
});
