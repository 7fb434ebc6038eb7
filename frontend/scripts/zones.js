/**
 * Which part of the console may import which, as ESLint rules. Components stand in three tiers, ui → noun → route; below
 * them stores, below those utils and types; what runs on the server stands apart.
 */
import { readdirSync } from 'node:fs';

const COMPONENTS = new URL('../src/lib/components/', import.meta.url);
const nouns = readdirSync(COMPONENTS).filter((name) => name !== 'ui');

/** @param {string} regex @param {string} message */
const not = (regex, message) => ({ regex, message });
const UPWARD = not(
	'^\\.\\./.*\\.(ts|svelte)$',
	'Name it from #lib, so that the rules of its zone are asked.'
);
const SERVER = not(
	'^#lib/server/',
	'What runs in the browser takes nothing from the server: a type belongs in #lib/types.'
);
const COMPONENT = not('^#lib/components/', 'Components stand above this.');
const STORE = not('^#lib/stores/', 'Stores stand above this: pass in what is needed.');
/** @type {{ regex: string, importNames: string[], message: string }} */
const WORDS = {
	regex: '^#lib/stores/i18n',
	importNames: ['useI18n'],
	message: 'This is shown before sign-in too, where only some words are there: useEntryI18n.'
};
const FRAMEWORK = not(
	'^(svelte($|/)|\\$app/)',
	'What is pure needs no framework: that belongs in a store or a component.'
);

/** @param {string} name @param {string[]} files @param {{ regex: string, message: string }[]} patterns @param {string[]} [ignores] */
const zone = (name, files, patterns, ignores = []) => ({
	name: `zone/${name}`,
	files,
	ignores,
	rules: { 'no-restricted-imports': ['error', { patterns: [UPWARD, ...patterns] }] }
});

const ON_SERVER = ['src/routes/**/*.server.ts', 'src/routes/**/+server.ts', 'src/hooks.server.ts'];

export const zones = [
	zone(
		'types',
		['src/lib/types/**'],
		[not('^#lib/(?!types/|graphql/)', 'Types stand on the documents alone.'), FRAMEWORK]
	),
	zone(
		'messages',
		['src/lib/messages/**'],
		[not('^#lib/(?!graphql/)', 'A catalogue is words alone.'), FRAMEWORK]
	),
	zone('utils', ['src/lib/utils/**'], [STORE, COMPONENT, SERVER, FRAMEWORK]),
	zone('stores', ['src/lib/stores/**'], [COMPONENT, SERVER]),
	zone('server', ['src/lib/server/**', ...ON_SERVER], [COMPONENT, STORE]),
	zone(
		'ui',
		['src/lib/components/ui/**'],
		[
			SERVER,
			WORDS,
			not('^#lib/components/(?!ui/)', 'ui knows no noun.'),
			not('^#lib/(stores|utils)/(?!controls/)[^/]+/', 'ui knows no noun: pass in what it shows.'),
			not('^#lib/graphql/', 'ui knows no row of the API: pass in what it shows.')
		]
	),
	...nouns.map((noun) =>
		zone(
			noun,
			[`src/lib/components/${noun}/**`],
			[
				SERVER,
				not(
					`^#lib/components/(?!(ui|${noun})/)`,
					'Nouns meet in a route, not in one another: take a snippet.'
				)
			]
		)
	),
	zone(
		'routes',
		['src/routes/(app)/**', 'src/hooks.client.ts', 'src/service-worker/**'],
		[SERVER],
		ON_SERVER
	),
	zone('entry', ['src/routes/*', 'src/routes/!((app))/**'], [SERVER, WORDS], ON_SERVER)
];
