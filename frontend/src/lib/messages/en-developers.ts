/** The words of the API page. */

export const enDevelopers = {
	title: 'API',
	lead: 'Three interfaces to the same data, with the same rules.',
	graphql: 'GraphQL',
	graphqlText: 'Everything: queries, mutations, and typed refusals.',
	live: 'Subscriptions',
	liveText: 'The same endpoint over a WebSocket: every change, in order, without a gap.',
	rest: 'REST v1',
	restText: 'For existing clients. Described by an OpenAPI document.',
	openapi: 'OpenAPI document',
	docs: 'Read the reference',
	examples: 'Ready examples',
	examplesText: 'They use your own account.',
	signInStep: 'Get a token',
	signInText: 'It lasts a few minutes; a refresh token brings the next one.',
	explorer: 'Explorer',
	explorerText: 'Runs as you, with your session. Ctrl+Enter runs.',
	language: 'Language of the examples',
	query: 'Ask',
	change: 'Change',
	follow: 'Follow',
	copyCode: (what: string) => `Copy: ${what}`,
	openExplorer: 'Open the explorer',
	noScript: 'The explorer needs JavaScript; the examples above do not.'
};
