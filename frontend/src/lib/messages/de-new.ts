import type { NewMessages } from './types.ts';

export const deNew: NewMessages = {
	title: 'Person anlegen',
	lead: 'Die Person kann sich mit dem Passwort anmelden, das Sie festlegen, und sollte es danach ändern.',
	invite: 'Stattdessen per E-Mail einladen',
	password: 'Passwort (optional)',
	passwordHint: 'Ohne Passwort ist noch keine Anmeldung möglich.',
	create: 'Person anlegen',
	createAnother: 'Anlegen und nächste beginnen',
	adding: 'Wird angelegt …',
	added: (name) => `${name} ist angelegt`
};
