import type { OwnEmailMessages } from './types.ts';

export const deOwnEmail: OwnEmailMessages = {
	title: 'E-Mail-Adresse',
	text: 'Damit melden Sie sich an. Eine neue gilt, sobald Sie sie bestätigt haben.',
	verified: 'Bestätigt',
	unverified: 'Nicht bestätigt',
	verify: 'Bestätigungslink senden',
	linkSent: 'Ein Link ist zu Ihnen unterwegs. Er gilt einmal und 24 Stunden lang.',
	waits: (email: string) => `An ${email} ging ein Link. Bis Sie ihn benutzen, ändert sich nichts.`,
	change: 'E-Mail-Adresse ändern',
	new: 'Neue E-Mail-Adresse',
	current: 'Aktuelles Passwort',
	send: 'Bestätigungslink senden',
	same: 'Das ist bereits Ihre E-Mail-Adresse.'
};
