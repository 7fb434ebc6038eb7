import type { RowMessages } from './types.ts';

export const deRow: RowMessages = {
	open: 'Öffnen',
	peek: 'Neben der Liste zeigen',
	copyLink: 'Link kopieren',
	copyEmail: 'E-Mail-Adresse kopieren',
	copyId: 'ID kopieren',
	setPassword: 'Passwort setzen …',
	passwordTitle: (name) => `Passwort für ${name} setzen`,
	signOut: 'Überall abmelden …',
	signOutTitle: (name) => `${name} überall abmelden?`,
	signOutText:
		'Alle Sitzungen dieser Person enden sofort. Sie kann sich wieder anmelden. Das lässt sich nicht rückgängig machen.',
	signOutConfirm: 'Überall abmelden',
	signOutSelf: 'Meine anderen Sitzungen beenden …',
	signOutSelfTitle: 'Ihre anderen Sitzungen beenden?',
	signOutSelfText: 'Hier bleiben Sie angemeldet; überall sonst müssen Sie sich neu anmelden.',
	signOutSelfConfirm: 'Beenden',
	allEnded: 'Alle beendet',
	signedOut: (name) => `${name}: überall abgemeldet`,
	position: (at, of) => `${at.toLocaleString('de')} von ${of.toLocaleString('de')} auf dieser Seite`,
	selectMatching: (n, exact) => `Alle auswählen${exact ? ':' : ', etwa'} ${n.toLocaleString('de')}`,
	selectFirst: (n) => `Die ersten ${n.toLocaleString('de')} auswählen`,
	selecting: 'Wird ausgewählt',
	stopSelecting: 'Anhalten',
	beside: 'Person neben der Liste',
	previous: 'Vorige Person',
	next: 'Nächste Person',
	latest: 'Letzte Änderungen',
	all: 'Ganze Seite öffnen'
};
