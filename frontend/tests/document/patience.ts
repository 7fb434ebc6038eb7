import { env } from 'node:process';

/** How long a test waits for what must come, in milliseconds: longer than a busy machine takes. Mutants wait less. */
export const PATIENCE_MS = Number(env.TEST_PATIENCE_MS ?? 10_000);
