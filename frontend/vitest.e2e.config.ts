import { defineConfig } from 'vitest/config';

// Drives Chromium against a running stack: BASE_URL, and CHROMIUM for a browser elsewhere than /usr/bin/chromium.
export default defineConfig({
	test: {
		include: ['tests/e2e/**/*.test.ts'],
		environment: 'node',
		fileParallelism: false,
		testTimeout: 60_000,
		hookTimeout: 60_000
	}
});
