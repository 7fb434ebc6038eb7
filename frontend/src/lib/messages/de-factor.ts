import type { FactorMessages } from './types.ts';

export const deFactor: FactorMessages = {
	title: 'Zweiter Faktor',
	text: 'Ein Code von Ihrem Telefon, zusätzlich zum Passwort.',
	off: 'Aus. Ihr Passwort allein meldet Sie an.',
	on: 'An. Die Anmeldung braucht einen Code Ihrer Authenticator-App.',
	byPasskey: 'An, durch Ihre Passkeys. Eine Authenticator-App kann danebenstehen.',
	setUp: 'Authenticator-App einrichten',
	password: 'Aktuelles Passwort',
	begin: 'Einrichten',
	scan: 'Scannen Sie dies mit Ihrer Authenticator-App, oder tippen Sie den Schlüssel ein.',
	picture: 'QR-Code mit dem Schlüssel',
	key: 'Schlüssel',
	open: 'In einer App auf diesem Gerät öffnen',
	first: 'Code, den die App zeigt',
	confirm: 'Einschalten',
	codesTitle: 'Wiederherstellungscodes',
	codesText:
		'Jeder davon meldet Sie einmal an, wenn Sie Ihr Telefon nicht haben. Sie werden nicht noch einmal gezeigt: Bewahren Sie sie dort auf, wo Sie Ihre Passwörter aufbewahren.',
	allCodes: 'alle Codes',
	turnedOn: 'Der zweite Faktor ist eingeschaltet.',
	renew: 'Neue Wiederherstellungscodes…',
	renewText: 'Die alten gelten dann nicht mehr.',
	renewButton: 'Codes ersetzen',
	renewed: 'Diese Codes ersetzen die alten.',
	turnOff: 'Ausschalten…',
	turnOffText: 'Danach meldet Ihr Passwort allein Sie an, wenn Sie keinen Passkey haben.',
	turnOffButton: 'Ausschalten',
	code: 'Code der App, oder ein Wiederherstellungscode',
	turnedOff: 'Der zweite Faktor ist ausgeschaltet.'
};
