import type { RecordMessages } from './types.ts';

export const deRecord: RecordMessages = {
	page: {
		profile: 'Profil',
		sessions: 'Sitzungen',
		details: 'Einzelheiten',
		danger: 'Status des Kontos',
		unavailable: {
			erased: 'Diese Person wurde endgültig gelöscht',
			hidden: 'Sie sehen diese Person nicht mehr'
		},
		unavailableText: 'Sie sehen die letzten bekannten Daten.',
		selfLink: 'Passwort und Darstellung stehen unter Mein Konto.',
		self: 'Das sind Sie.',
		noAccess: 'Sie sehen den öffentlichen Teil dieses Profils.'
	},
	status: {
		selfEnds: 'Das sind Sie: Sie werden abgemeldet und können das nicht selbst rückgängig machen.',
		enable: 'Die Person kann sich wieder anmelden.',
		restore: 'Bringt das Konto zurück, wie es war; Anmelden ist wieder möglich.'
	},
	session: {
		current: 'Diese Sitzung',
		revoke: 'Beenden',
		revokeLabel: (name, begun) => `Sitzung beenden: ${name}, begonnen ${begun}`,
		revokeAll: 'Alle beenden',
		revokeOthers: 'Alle anderen beenden',
		allEnded: 'Alle beendet',
		over: 'Beendet',
		more: (n) => `${n.toLocaleString('de')} ältere`,
		newest: (n) => `Angezeigt werden die ${n} neuesten.`,
		started: 'Begonnen',
		seen: 'Zuletzt aktiv',
		unknown: 'Unbekanntes Gerät',
		none: 'Nirgends angemeldet.',
		ended: 'Sitzung beendet',
		on: (browser, system) => `${browser} unter ${system}`
	},
	conflict: {
		title: 'Jemand anderes hat das inzwischen geändert',
		refused:
			'Es wurde nichts gespeichert. Vergleichen Sie beide Fassungen und speichern Sie Ihre oder übernehmen Sie die andere.',
		compare: 'Vergleichen Sie beide Fassungen und speichern Sie Ihre oder übernehmen Sie die andere.',
		moved: 'Ihre Eingaben sind noch da.',
		theirs: 'Andere Fassung',
		yours: 'Ihre Fassung',
		takeTheirs: 'Andere übernehmen',
		keepMine: 'Meine speichern',
		by: (who) => `${who} hat das geändert, während Sie es bearbeiten`
	},
	erase: {
		action: 'Endgültig löschen',
		text: 'Entfernt Name, E-Mail und Sitzungen endgültig. Im Protokoll bleiben die ID und das Ereignis. Das lässt sich nicht rückgängig machen.',
		done: (name) => `${name} wurde endgültig gelöscht`,
		confirm: (name) => `${name} endgültig löschen?`,
		type: (name) => `Zur Bestätigung „${name}“ eingeben`,
		mismatch: 'Der Name stimmt nicht überein.'
	},
	access: {
		title: 'Anmeldung',
		yes: 'Kann sich anmelden.',
		no: 'Kann sich nicht anmelden: Es gibt weder Passwort noch Passkey.',
		disabled: 'Kann sich nicht anmelden, solange das Konto gesperrt ist.',
		hasPassword: 'Passwort',
		passkeys: 'Passkeys',
		factor: 'Zweiter Faktor',
		pending: 'Neue E-Mail',
		isSet: 'Gesetzt',
		notSet: 'Keines',
		none: 'Keine',
		off: 'Aus',
		app: 'Authenticator-App',
		byPasskey: 'Passkeys',
		waits: 'wartet auf Bestätigung',
		used: 'zuletzt benutzt',
		unused: 'nie benutzt',
		set: 'Passwort setzen',
		password: 'Neues Passwort',
		hint: 'Mindestens 8 Zeichen. Alle Sitzungen dieser Person enden.',
		save: 'Passwort setzen',
		generate: 'Passwort erzeugen',
		done: 'Das Passwort ist gesetzt, alle Sitzungen dieser Person sind beendet.',
		once: (name: string) =>
			`Wird nur einmal angezeigt: Kopieren Sie es jetzt und geben Sie es ${name} selbst.`
	},
	factor: {
		open: 'Zweiten Faktor und Passkeys entfernen…',
		follows: (name) =>
			`Für jemanden, der Geräte und Wiederherstellungscodes verloren hat: ${name} meldet sich danach mit dem Passwort allein an, und alle Sitzungen enden. Vergewissern Sie sich, dass wirklich ${name} darum bittet.`,
		locksOut: (name) =>
			`${name} hat kein Passwort und kann sich danach erst wieder anmelden, wenn Sie eines setzen. Alle Sitzungen enden. Vergewissern Sie sich, dass wirklich ${name} darum bittet.`,
		button: 'Zweiten Faktor und Passkeys entfernen',
		done: 'Zweiter Faktor und Passkeys wurden entfernt, und alle Sitzungen dieser Person sind beendet.'
	}
};
