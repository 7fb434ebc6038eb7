import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';
import { syntax } from './scripts/syntax.js';
import { zones } from './scripts/zones.js';

export default ts.config(
	{ ignores: ['build/', '.svelte-kit/', 'node_modules/', 'src/lib/graphql/documents.ts'] },
	...ts.configs.recommended,
	...svelte.configs.recommended,
	{ files: ['**/*.svelte', '**/*.svelte.ts'], languageOptions: { parserOptions: { parser: ts.parser } } },
	{
		rules: {
			'@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
			'no-undef': 'off',
			// Links and goto() are to the site's own root: the console is not served under a base path.
			'svelte/no-navigation-without-resolve': 'off'
		}
	},
	...syntax,
	...zones
);
