/**
 * Behaviours of the console, each with a way to break it: `[as it is, broken, what that does where it is not plain]`, by
 * the file below src. `make mutants` breaks them one by one. A text stands once in its file; where the code changes,
 * change it here too.
 */

import { ACCOUNTS } from './mutants/accounts.js';
import { CHANGES } from './mutants/changes.js';
import { STORES } from './mutants/stores.js';
import { FORMS } from './mutants/forms.js';
import { IMPORTS } from './mutants/imports.js';
import { UTILS } from './mutants/utils.js';
import { COMPONENTS } from './mutants/components.js';
import { ROUTES } from './mutants/routes.js';
import { SERVER } from './mutants/server.js';

/** @typedef {Record<string, [from: string, to: string, what?: string][]>} Mutants */

/** @type {Mutants} */
export const MUTANTS = {
	...ACCOUNTS,
	...CHANGES,
	...STORES,
	...FORMS,
	...IMPORTS,
	...UTILS,
	...COMPONENTS,
	...ROUTES,
	...SERVER
};
