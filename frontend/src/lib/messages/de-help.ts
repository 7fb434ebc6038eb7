import type { HelpMessages } from './types.ts';

export const deHelp: HelpMessages = {
	title: 'Hilfe',
	keys: 'Tastatur',
	keysText:
		'Gilt, solange Sie nichts eingeben. Zwei Tasten werden nacheinander gedrückt, Strg (Ctrl) und Umschalt (Shift) gehalten.',
	noKeys: 'Tastenkürzel brauchen JavaScript, das in diesem Browser ausgeschaltet ist.',
	health: 'Zustand',
	healthText: 'Stand beim Laden dieser Seite.',
	well: 'Alles funktioniert',
	failed: (n) => (n === 1 ? '1 Prüfung ist fehlgeschlagen' : `${n} Prüfungen sind fehlgeschlagen`),
	again: 'Erneut prüfen',
	works: 'Funktioniert',
	check: {
		reads: 'Datenbank: Lesen',
		schema: 'Datenbank: Schema',
		writes: 'Datenbank: Schreiben',
		redis_listening: 'Redis: Nachrichten empfangen',
		redis_publishing: 'Redis: Nachrichten senden',
		redis_writing: 'Redis: Daten speichern',
		relay: 'Protokoll: Ereignisse nummerieren',
		hub: 'Protokoll: Ereignisse lesen'
	},
	replica: (n) => `Replikat ${n}`,
	external: (n) => `Externer Dienst ${n}`,
	live: 'Live-Verbindung dieser Seite',
	noLive: 'Braucht JavaScript',
	version: 'Version',
	server: 'Rollcall',
	console: 'Konsole',
	built: (when) => `Erstellt am ${when}`,
	settings: 'Geltende Einstellungen',
	settingsText:
		'Wie die API sie beim Start gelesen hat. Geheime Werte werden nie angezeigt, nur ob sie gesetzt sind.',
	setting: 'Einstellung',
	value: 'Wert',
	set: 'Gesetzt',
	unset: 'Nicht gesetzt',
	signing: {
		title: 'Signaturschlüssel',
		text: 'Sie signieren Zugriffstokens. Andere Dienste lesen ihre öffentlichen Hälften unter /.well-known/jwks.json.',
		key: 'Schlüssel',
		state: 'Zustand',
		from: 'Signiert ab',
		states: {
			NEXT: 'Nächster',
			CURRENT: 'Signiert',
			RETIRED: 'Prüft noch',
			ENDED: 'Abgelaufen',
			REVOKED: 'Widerrufen'
		},
		rotate: 'Schlüssel wechseln',
		rotated: (when) => `Ein neuer Schlüssel signiert ab ${when}.`,
		waits:
			'Der nächste Schlüssel ist schon veröffentlicht. Gewechselt werden kann wieder, sobald er signiert.',
		follows:
			'Ein neuer Schlüssel wird jetzt veröffentlicht und signiert zehn Minuten später. Der bisherige prüft, bis sein letztes Token abgelaufen ist; niemand wird abgemeldet. Einen Schlüssel widerrufen: rollcall keys revoke.'
	},
	more: 'Dokumentation',
	moreText: 'Seiten dieser Installation und Dateien, die zu ihr gehören (auf Englisch).',
	links: {
		docs: 'REST v1: jede Route, mit Beispielen',
		openapi: 'REST v1 als OpenAPI-Dokument',
		explorer: 'GraphQL: ausprobieren und das Schema nachschlagen',
		health: 'Der Zustand als JSON, für die Überwachung',
		ready: 'Fehlgeschlagene Prüfungen mit Gründen, als JSON'
	},
	files: {
		readme: 'Was es ist, wie man es installiert und was gemessen wurde',
		settings: 'Alle Einstellungen mit ihren Vorgaben',
		importing: 'Personenlisten importieren und exportieren',
		backup: 'Sichern, wiederherstellen und umschalten',
		tasks: 'Aufgaben in dieser Konsole, Schritt für Schritt',
		security: 'Was zugesichert ist, und wie man eine Sicherheitslücke meldet',
		contributing: 'Wie der Code aufgebaut ist'
	},
	about: 'Über Rollcall',
	aboutText: 'Das Verzeichnis, das live zeigt, wer was darf.',
	licence:
		'Freie Software unter der Apache-Lizenz, Version 2.0. Die Schrift ist Inter, unter der SIL Open Font License 1.1.'
};
