import type { ResetMessages } from './types.ts';

export const deReset: ResetMessages = {
	forgotTitle: 'Passwort vergessen?',
	forgotLead:
		'Geben Sie Ihre E-Mail-Adresse ein. Wir senden Ihnen einen Link, um ein neues Passwort zu setzen.',
	sendLink: 'Link senden',
	linkSent:
		'Falls es ein Konto mit dieser E-Mail-Adresse gibt, ist ein Link dorthin unterwegs. Er gilt einmal und eine Stunde lang. Sehen Sie auch im Spam-Ordner nach.',
	backToSignIn: 'Zurück zur Anmeldung',
	resetTitle: 'Neues Passwort setzen',
	resetLead: 'Danach sind Sie überall abgemeldet und melden sich mit dem neuen Passwort wieder an.',
	newPassword: 'Neues Passwort',
	setPassword: 'Passwort setzen',
	anotherLink: 'Einen neuen Link anfordern'
};
