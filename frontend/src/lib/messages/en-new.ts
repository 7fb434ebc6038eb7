/** The words of the page that adds a person. */
export const enNew = {
	title: 'Add person',
	lead: 'They can sign in with the password you set; tell them to change it.',
	invite: 'Invite them by mail instead',
	password: 'Password (optional)',
	passwordHint: 'Without one they cannot sign in yet.',
	create: 'Add person',
	createAnother: 'Add and start another',
	adding: 'Adding…',
	added: (name: string) => `${name} was added`
};
