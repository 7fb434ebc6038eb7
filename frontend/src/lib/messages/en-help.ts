/** The texts of the help page. */
export const enHelp = {
	title: 'Help',
	keys: 'Keyboard',
	keysText: 'While you are not typing. Two keys are pressed one after the other; Ctrl and Shift are held.',
	noKeys: 'Keys work only with JavaScript, which is off in this browser.',
	health: 'Health',
	healthText: 'As it was when this page was loaded.',
	well: 'Everything works',
	failed: (n: number) => (n === 1 ? '1 check has failed' : `${n} checks have failed`),
	again: 'Check again',
	works: 'Works',
	check: {
		reads: 'Database: reading',
		schema: 'Database: schema',
		writes: 'Database: writing',
		redis_listening: 'Redis: receiving messages',
		redis_publishing: 'Redis: sending messages',
		redis_writing: 'Redis: storing data',
		relay: 'Log: numbering events',
		hub: 'Log: reading events'
	},
	replica: (n: string) => `Replica ${n}`,
	external: (n: string) => `External service ${n}`,
	live: 'Live connection of this page',
	noLive: 'Needs JavaScript',
	version: 'Version',
	server: 'Rollcall',
	console: 'Console',
	built: (when: string) => `Built on ${when}`,
	settings: 'Settings in force',
	settingsText: 'As the API read them when it started. Secrets are never shown, only whether they are set.',
	setting: 'Setting',
	value: 'Value',
	set: 'Set',
	unset: 'Not set',
	signing: {
		title: 'Signing keys',
		text: 'They sign access tokens. Other services read their public halves from /.well-known/jwks.json.',
		key: 'Key',
		state: 'State',
		from: 'Signs from',
		states: {
			NEXT: 'Next',
			CURRENT: 'Signs',
			RETIRED: 'Verifies',
			ENDED: 'Expired',
			REVOKED: 'Revoked'
		},
		rotate: 'Rotate keys',
		rotated: (when: string) => `A new key signs from ${when}.`,
		waits: 'The next key is published already. Keys can be rotated again once it signs.',
		follows:
			'A new key is published now and signs ten minutes later. The present one verifies until its last token has expired, so nobody is signed out. To revoke a key: rollcall keys revoke.'
	},
	more: 'Documentation',
	moreText: 'Pages of this installation, and files that come with it.',
	links: {
		docs: 'REST v1: every route, with examples',
		openapi: 'REST v1 as an OpenAPI document',
		explorer: 'GraphQL: try it, and look up its schema',
		health: 'Health as JSON, for monitoring',
		ready: 'Failed checks with their reasons, as JSON'
	},
	files: {
		readme: 'What it is, how it is installed, and what was measured',
		settings: 'Every setting with its default',
		importing: 'Importing and exporting lists of people',
		backup: 'Backup, restore and failover',
		tasks: 'An administrator’s tasks in this console, step by step',
		security: 'What is promised, and how to report a vulnerability',
		contributing: 'How the code is organised'
	},
	about: 'About Rollcall',
	aboutText: 'The live list of who can do what.',
	licence:
		'Free software under the Apache License, version 2.0. The typeface is Inter, under the SIL Open Font License 1.1.'
};
