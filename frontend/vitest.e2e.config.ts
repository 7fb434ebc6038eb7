import { defineConfig } from 'vitest/config';

/**
 * Drives Chromium against a stack of its own: production build, API, engines (tests/e2e/harness/setup.ts).
 *
 *     PYTHON      a Python with the project's dependencies, otherwise the project's .venv
 *     CHROMIUM    the browser, otherwise /usr/bin/chromium
 *     PEOPLE      how many people the directory has, otherwise 100,000
 *     SCREENS     take the README's pictures too (tests/e2e/screens.test.ts)
 */
export default defineConfig({
	test: {
		include: ['tests/e2e/**/*.test.ts'],
		globalSetup: 'tests/e2e/harness/setup.ts',
		environment: 'node',
		fileParallelism: false,
		// Whatever must come is waited for as long as a busy machine may take.
		testTimeout: 240_000,
		hookTimeout: 300_000,
		expect: { poll: { timeout: 30_000, interval: 100 } }
	}
});
