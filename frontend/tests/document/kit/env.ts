/** As SvelteKit's `$app/env`: `version` is when the console was built, in milliseconds. */
export const version = '0';
