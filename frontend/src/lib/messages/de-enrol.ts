import type { EnrolMessages } from './types.ts';

export const deEnrol: EnrolMessages = {
	title: 'Zweiten Faktor einrichten',
	lead: 'Ihr Konto braucht hier einen zweiten Faktor. Richten Sie einen ein, um fortzufahren: Bis dahin öffnet sich keine andere Seite.',
	app: 'Mit einer Authenticator-App',
	appText: 'Eine App auf Ihrem Telefon zeigt einen Code, den Sie beim Anmelden eingeben.',
	passkey: 'Mit einem Passkey',
	passkeyText: 'Fingerabdruck, Gesicht oder Geräte-PIN. Er meldet Sie auch ohne Passwort an.',
	done: 'Ihr zweiter Faktor ist eingerichtet.',
	keep: 'Bewahren Sie die Wiederherstellungscodes auf, bevor Sie fortfahren.',
	goOn: 'Weiter',
	signOut: 'Stattdessen abmelden'
};
