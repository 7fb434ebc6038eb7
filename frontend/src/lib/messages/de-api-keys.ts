import type { ApiKeyMessages } from './types.ts';

export const deApiKeys: ApiKeyMessages = {
	title: 'API-Schlüssel',
	lead: 'Ein Dienst verwendet einen Schlüssel statt Ihres Passworts. Er handelt in Ihrem Namen und darf nie mehr als Sie.',
	yours: 'Ihre Schlüssel',
	none: 'Sie haben keine API-Schlüssel.',
	add: 'Neuer Schlüssel',
	name: 'Name',
	nameHint: 'Wofür der Schlüssel ist, zum Beispiel „Datensicherung“.',
	role: 'Rolle',
	roleHint: 'Mehr darf er nicht. Was Sie verlieren, verliert auch er.',
	introspect: 'Darf Tokens anderer Personen prüfen',
	introspectHint: 'Für Dienste, die bei Rollcall nachfragen, ob ein Token gültig ist.',
	lifetime: 'Gültig für',
	lifetimes: {
		30: '30 Tage',
		90: '90 Tage',
		365: 'Ein Jahr',
		0: 'Unbegrenzt'
	},
	create: 'Schlüssel erstellen',
	created: (name) => `Der Schlüssel „${name}“ wurde erstellt.`,
	once: 'Kopieren Sie ihn jetzt. Er wird nicht noch einmal angezeigt.',
	copy: (name) => `Schlüssel „${name}“ kopieren`,
	made: 'erstellt',
	used: 'zuletzt verwendet',
	unused: 'nie verwendet',
	ends: 'läuft ab',
	endless: 'läuft nicht ab',
	over: 'Abgelaufen',
	revoked: 'Widerrufen',
	revoke: 'Widerrufen…',
	revokeLabel: (name) => `Schlüssel „${name}“ widerrufen`,
	follows:
		'Dienste, die diesen Schlüssel verwenden, werden ab sofort abgewiesen. Das lässt sich nicht rückgängig machen.',
	confirm: 'Schlüssel widerrufen',
	done: 'Der Schlüssel wurde widerrufen.',
	full: 'Mehr Schlüssel können Sie nicht haben. Widerrufen Sie zuerst einen.'
};
