import type { AccountMessages } from './types.ts';

export const deAccount: AccountMessages = {
	title: 'Mein Konto',
	profile: 'Profil',
	profileText: 'So sehen andere Sie.',
	password: 'Passwort',
	passwordText: 'Eine Änderung beendet Ihre anderen Sitzungen.',
	current: 'Aktuelles Passwort',
	new: 'Neues Passwort',
	change: 'Passwort ändern',
	changed: 'Passwort geändert. Ihre anderen Sitzungen wurden beendet.',
	keys: 'API-Schlüssel',
	keysText: 'Für Dienste, die in Ihrem Namen handeln.',
	keysLink: 'API-Schlüssel verwalten',
	webhooks: 'Webhooks',
	webhooksText: 'Rollcall sendet Ereignisse an andere Dienste.',
	webhooksLink: 'Webhooks verwalten',
	sessions: 'Sitzungen',
	sessionsText: 'Hier sind Sie angemeldet. Beenden Sie Sitzungen, die Sie nicht kennen.',
	data: 'Meine Daten',
	dataText: 'Alles, was Rollcall über Sie gespeichert hat.',
	dataLink: 'Meine Daten herunterladen',
	appearanceText: 'Wird in diesem Browser gespeichert.',
	appearance: 'Darstellung'
};
