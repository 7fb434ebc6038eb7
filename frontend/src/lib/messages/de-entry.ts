/** The words of the pages before sign-in, and what any page may need: a catalogue of their own, loaded alone there. */
import type { EntryMessages } from './types.ts';

const count = (n: number, one: string, many: string) => `${n.toLocaleString('de')} ${n === 1 ? one : many}`;

export const deEntry: EntryMessages = {
	app: { name: 'Rollcall', tagline: 'Wer was darf – immer aktuell', skip: 'Zum Inhalt springen' },
	common: {
		save: 'Änderungen speichern',
		cancel: 'Abbrechen',
		close: 'Schließen',
		apply: 'Anwenden',
		retry: 'Erneut versuchen',
		never: 'Nie',
		loading: 'Wird geladen',
		copy: 'Kopieren',
		copied: 'Kopiert',
		next: 'Weiter',
		previous: 'Zurück',
		pages: 'Seiten',
		first: 'Erste Seite',
		undo: 'Rückgängig',
		dismiss: 'Ausblenden',
		erased: 'Gelöschte Person',
		empty: 'leer',
		working: 'Läuft …'
	},
	auth: {
		signInTitle: 'Bei Rollcall anmelden',
		signInLead: 'Willkommen zurück.',
		signUpTitle: 'Konto anlegen',
		signUpLead: 'Sie beginnen als Mitglied; ein Admin kann Ihnen mehr Rechte geben.',
		email: 'E-Mail',
		password: 'Passwort',
		name: 'Name',
		passwordHint: 'Mindestens 8 Zeichen.',
		code: 'Code',
		signIn: 'Anmelden',
		signingIn: 'Anmeldung läuft …',
		signUp: 'Konto anlegen',
		signingUp: 'Wird angelegt …',
		noAccount: 'Neu hier?',
		haveAccount: 'Schon ein Konto?',
		forgot: 'Passwort vergessen?',
		show: 'Passwort zeigen',
		hide: 'Passwort verbergen',
		wait: (seconds) =>
			`Zu viele Versuche. Versuchen Sie es in ${count(seconds, 'Sekunde', 'Sekunden')} noch einmal.`
	},
	problem: {
		VALIDATION_ERROR: 'Bitte prüfen Sie Ihre Eingaben.',
		EMAIL_TAKEN: 'Diese E-Mail-Adresse ist schon vergeben.',
		VERSION_CONFLICT: 'Jemand anderes hat das inzwischen geändert.',
		NOT_FOUND: 'Das gibt es nicht mehr.',
		FORBIDDEN: 'Dazu sind Sie nicht berechtigt.',
		LAST_ADMIN: 'Das ist der letzte Admin; ernennen Sie zuerst einen anderen.',
		INVALID_CREDENTIALS: 'E-Mail oder Passwort ist falsch.',
		ACCOUNT_DISABLED: 'Dieses Konto ist gesperrt. Fragen Sie einen Admin.',
		TOKEN_INVALID: 'Dieser Link ist ungültig.',
		TOKEN_EXPIRED: 'Dieser Link ist abgelaufen.',
		SESSION_REVOKED: 'Diese Sitzung wurde beendet.',
		RATE_LIMITED: 'Zu viele Versuche. Bitte kurz warten.',
		SECOND_FACTOR_REQUIRED: 'Geben Sie den Code Ihres zweiten Faktors ein.',
		UNAVAILABLE: 'Die API ist nicht erreichbar.',
		UNKNOWN: 'Das hat nicht geklappt.'
	},
	invalid: {
		email: 'Das ist keine gültige E-Mail-Adresse.',
		domain: (label: string) => `„${label}“ kann nicht Teil der Domain einer E-Mail-Adresse sein.`,
		character: (code: string) => `Der Name enthält ein unsichtbares Zeichen (${code}). Entfernen Sie es.`,
		displayName: 'Ein Name hat 1 bis 200 Zeichen.',
		held: 'Diese E-Mail gehört einer gelöschten Person.',
		password: 'Ein Passwort hat 8 bis 128 Zeichen.',
		commonPassword: 'Das ist eines der häufigsten Passwörter. Wählen Sie ein anderes.',
		ownWords: 'Das besteht aus dem Namen, der E-Mail-Adresse oder „Rollcall“. Wählen Sie ein anderes.',
		code: 'Der Code ist falsch, abgelaufen oder schon benutzt.',
		nothingBegun: 'Das hat zu lange gedauert. Beginnen Sie noch einmal.',
		deleted: 'Diese Person ist gelöscht; stellen Sie sie zuerst wieder her.',
		disabled: 'Diese Person ist gesperrt, nicht gelöscht; entsperren Sie sie stattdessen.',
		currentPassword: 'Das ist nicht Ihr aktuelles Passwort.'
	},
	error: {
		notFoundTitle: 'Seite nicht gefunden',
		notFoundText: 'Die Adresse ist möglicherweise veraltet oder falsch geschrieben.',
		forbiddenTitle: 'Das dürfen Sie nicht sehen',
		forbiddenText: 'Ihre Rolle hat keinen Zugang zu dieser Seite. Ein Admin kann das ändern.',
		offlineTitle: 'Rollcall ist nicht erreichbar',
		offlineText:
			'Es gibt keine Verbindung, oder der Server antwortet nicht. Diese Seite öffnet sich von selbst, sobald es geht.',
		downTitle: 'Die API antwortet nicht',
		downText:
			'Die Seiten von Rollcall laufen, das Verzeichnis dahinter nicht. Diese Seite versucht es von selbst noch einmal.',
		limitedTitle: 'Zu viele Anfragen',
		limitedText: 'Warten Sie kurz, dann versuchen Sie es noch einmal.',
		title: 'Etwas ist schiefgegangen',
		text: 'Versuchen Sie es noch einmal. Wenn es wieder geschieht, nennen Sie einem Admin die Anfrage-ID.',
		requestId: 'Anfrage-ID',
		home: 'Zu den Personen'
	},
	update: { text: 'Eine neue Version der Konsole liegt bereit.', reload: 'Neu laden' }
};
