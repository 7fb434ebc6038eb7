/** The texts for the only user of the directory, an admin. */
export const enFirst = {
	title: 'You are the only one here',
	lead: 'Three ways to begin. This goes away with the second person.',
	add: { name: 'Add a person', text: 'By name and email, with a password or without.' },
	import: { name: 'Import a list', text: 'A CSV or NDJSON file, checked before anything is written.' },
	connect: {
		name: 'Connect an app',
		text: 'Try the API, and see how a program signs in and follows changes.'
	}
};
