import { deEntry } from './de-entry.ts';
import type { Messages } from './types.ts';

const count = (n: number, one: string, many: string) => `${n.toLocaleString('de')} ${n === 1 ? one : many}`;

export const de: Messages = {
	locale: 'de',
	...deEntry,
	nav: {
		label: 'Hauptmenü',
		overview: 'Übersicht',
		users: 'Personen',
		activity: 'Verlauf',
		developers: 'API',
		help: 'Hilfe',
		account: 'Mein Konto',
		accountShort: 'Konto',
		signOut: 'Abmelden',
		menu: 'Kontomenü'
	},
	theme: { label: 'Farbschema', system: 'System', light: 'Hell', dark: 'Dunkel' },
	language: 'Sprache',
	role: { MEMBER: 'Mitglied', AUDITOR: 'Prüfer', ADMIN: 'Admin' },
	roleHint: {
		MEMBER: 'Sieht aktive Personen.',
		AUDITOR: 'Sieht alle Personen und den Verlauf, ändert nichts.',
		ADMIN: 'Sieht und ändert alles.'
	},
	status: { ACTIVE: 'Aktiv', DISABLED: 'Gesperrt', DELETED: 'Gelöscht' },
	live: {
		live: 'Live',
		connecting: 'Verbindet',
		catchingUp: 'Holt auf',
		offline: 'Offline',
		refused: 'Nicht live',
		hintLive: 'Änderungen erscheinen sofort.',
		hintCatchingUp: 'Wieder verbunden. Verpasste Änderungen werden geladen.',
		hintConnecting: 'Die Live-Verbindung wird geöffnet.',
		hintOffline: 'Was Sie sehen, kann veraltet sein. Die Verbindung wird automatisch wiederhergestellt.',
		hintRefused:
			'Die API sendet keine Änderungen an diese Seite. Sie sehen den Stand beim Laden; für den neuesten laden Sie die Seite neu.',
		retryNow: 'Jetzt versuchen',
		online: 'Online',
		offlineUser: 'Nicht online',
		changed: (name) => `${name} wurde geändert`
	},
	users: {
		title: 'Personen',
		total: (n, exact) => `${exact ? '' : 'etwa '}${count(n, 'Person', 'Personen')}`,
		search: 'Nach Name oder E-Mail suchen',
		searchMember: 'Nach Namen suchen',
		searchLabel: 'Personen suchen',
		clearSearch: 'Suche leeren',
		range: (from, to, total, exact) =>
			`${from.toLocaleString('de')}–${to.toLocaleString('de')} von ${exact ? '' : 'etwa '}${total.toLocaleString('de')}`,
		clearFilters: 'Filter entfernen',
		filter: {
			status: 'Status',
			role: 'Rolle',
			created: 'Angelegt',
			access: 'Anmeldung',
			verified: 'E-Mail',
			online: 'Anwesenheit'
		},
		access: { yes: 'Kann sich anmelden', no: 'Kann sich nicht anmelden' },
		online: { yes: 'Gerade online', no: 'Nicht online' },
		verified: { yes: 'Bestätigt', no: 'Nicht bestätigt' },
		sort: 'Sortierung',
		sortBy: (name) => `Nach ${name} sortieren`,
		sortByRelevance: 'Nach Relevanz sortieren',
		name: 'Name',
		email: 'E-Mail',
		role: 'Rolle',
		status: 'Status',
		lastSeen: 'Zuletzt gesehen',
		created: 'Angelegt',
		updated: 'Geändert',
		select: (name) => `${name} auswählen`,
		selectPage: 'Alle auf dieser Seite auswählen',
		selected: (n) => `${n.toLocaleString('de')} ausgewählt`,
		selectedElsewhere: (n) => `${n.toLocaleString('de')} auf anderen Seiten`,
		clearSelection: 'Auswahl aufheben',
		toActions: 'Aktionen für die Auswahl',
		peek: (name) => `${name} neben der Liste zeigen`,
		menu: (name) => `Aktionen für ${name}`,
		actions: 'Aktionen',
		newOnes: (n) => `${n.toLocaleString('de')} neu`,
		showNew: (n) => `${count(n, 'neue Person', 'neue Personen')} zeigen`,
		left: 'Passt nicht mehr zum Filter',
		emptyTitle: 'Noch niemand da',
		emptyText: 'Legen Sie die erste Person an oder importieren Sie eine Liste.',
		noMatchTitle: 'Keine Treffer',
		noMatchText: 'Versuchen Sie weniger Wörter oder Filter.',
		add: 'Person anlegen',
		import: 'Importieren',
		importTitle: 'Personen importieren',
		export: 'Exportieren',
		caption: 'Personen des Verzeichnisses'
	},
	filter: {
		open: 'Filter',
		title: 'Filter',
		without: (name) => `Filter entfernen: ${name}`
	},
	days: {
		presets: {
			today: 'Heute',
			'7d': 'Letzte 7 Tage',
			'30d': 'Letzte 30 Tage',
			'90d': 'Letzte 90 Tage',
			month: 'Dieser Monat',
			'last-month': 'Letzter Monat'
		},
		from: 'Von',
		to: 'Bis',
		since: (day) => `ab ${day}`,
		until: (day) => `bis ${day}`,
		between: (from, to) => `${from} – ${to}`
	},
	bulk: {
		enable: 'Entsperren',
		disable: 'Sperren',
		delete: 'Löschen',
		restore: 'Wiederherstellen',
		role: 'Rolle ändern',
		apply: 'Rolle setzen',
		export: 'Exportieren'
	},
	user: {
		role: 'Rolle',
		status: 'Status',
		timeline: 'Zeitleiste',
		version: 'Version',
		id: 'ID',
		created: 'Angelegt',
		changed: 'Geändert',
		lastSeen: 'Zuletzt gesehen',
		saved: 'Gespeichert',
		disableText:
			'Meldet die Person überall sofort ab. Eine Anmeldung ist erst nach dem Entsperren wieder möglich.',
		deleteText:
			'Meldet die Person ab und verbirgt sie vor Mitgliedern. Die Daten bleiben; sie lässt sich wiederherstellen.',
		enable: 'Entsperren',
		disable: 'Sperren',
		delete: 'Löschen',
		restore: 'Wiederherstellen',
		confirm: (action, name) => `${name}: ${action}?`,
		heldBy: (name) => `${name} hat diese Adresse schon.`,
		heldByDeleted: (name) =>
			`Diese Adresse gehört ${name}, und dieses Konto ist gelöscht. Stellen Sie es wieder her, oder löschen Sie es endgültig, damit die Adresse frei wird.`,
		restoreHolder: (name) => `${name} wiederherstellen`,
		back: 'Zurück zu den Personen',
		open: 'Öffnen',
		notFoundTitle: 'Person nicht gefunden',
		notFoundText: 'Vielleicht wurde sie endgültig gelöscht, oder Sie dürfen sie nicht sehen.'
	},
	access: {
		none: 'Kein Zugang'
	},
	event: {
		actor: 'Durch',
		field: 'Feld',
		groups: {
			all: 'Alles',
			accounts: 'Konten',
			access: 'Rollen und Status',
			signIns: 'Anmeldungen',
			security: 'Sicherheit',
			started: 'Erfolgreiche Anmeldungen',
			changes: 'Änderungen',
			failed: 'Fehlgeschlagene Anmeldungen'
		}
	},
	field: {
		displayName: 'Name',
		email: 'E-Mail',
		role: 'Rolle',
		status: 'Status',
		emailVerifiedAt: 'E-Mail bestätigt',
		secondFactor: 'Zweiter Faktor',
		reason: 'Grund'
	},
	palette: { open: 'Suchen oder öffnen', none: 'Nichts gefunden' }
};
