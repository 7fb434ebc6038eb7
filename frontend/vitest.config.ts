import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
	plugins: [svelte({ compilerOptions: { runes: true } })],
	resolve: { conditions: ['browser'] },
	test: { include: ['tests/unit/**/*.test.ts'], environment: 'node', pool: 'threads', maxWorkers: 1 }
});
