import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const standIn = (name: string) => fileURLToPath(new URL(`./tests/component/kit/${name}.ts`, import.meta.url));

const shared = {
	plugins: [svelte({ compilerOptions: { runes: true } })],
	resolve: { conditions: ['browser'] }
};

/** Stores, utils and the server's code on their own; and components in a document (jsdom), with stand-ins for SvelteKit. */
export default defineConfig({
	test: {
		pool: 'threads',
		maxWorkers: 1,
		projects: [
			{ ...shared, test: { name: 'unit', include: ['tests/unit/**/*.test.ts'], environment: 'node' } },
			{
				...shared,
				resolve: {
					...shared.resolve,
					alias: {
						'$app/forms': standIn('forms'),
						'$app/navigation': standIn('navigation'),
						'$app/state': standIn('state')
					}
				},
				test: {
					name: 'component',
					include: ['tests/component/**/*.test.ts'],
					environment: 'jsdom',
					setupFiles: ['tests/component/setup.ts']
				}
			}
		]
	}
});
