/** The words of the command palette. */
export const enPalette = {
	title: 'Command palette',
	placeholder: 'Find a person or a command',
	invitations: 'Invitations',
	people: 'People',
	commands: 'Commands',
	theme: (name: string) => `Theme: ${name}`
};
