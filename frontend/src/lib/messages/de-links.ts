import type { LinkMessages } from './types.ts';

export const deLinks: LinkMessages = {
	pending:
		'Sehen Sie in Ihr Postfach, auch in den Spam-Ordner: Mit dem Link dort wird Ihr Konto angelegt. Er gilt einmal und 24 Stunden lang.',
	pendingLead: 'Das Konto entsteht, sobald Sie einen Link benutzen, den wir an Ihre E-Mail-Adresse senden.',
	byInvitation:
		'Konten gibt es hier auf Einladung. Öffnen Sie den Link in Ihrer Einladung, oder bitten Sie die Administration um eine.',
	closed: 'Die Registrierung ist hier geschlossen. Bitten Sie die Administration um ein Konto.',
	goOn: 'Weiter zu Rollcall',
	verifyTitle: 'E-Mail-Adresse bestätigen',
	verifyLead: 'Mit einem Klick ist diese E-Mail-Adresse bestätigt.',
	verify: 'Adresse bestätigen',
	verified: 'Ihre E-Mail-Adresse ist bestätigt.',
	confirmTitle: 'Neue E-Mail-Adresse bestätigen',
	confirmLead: 'Mit einem Klick bekommt Ihr Konto diese E-Mail-Adresse.',
	confirm: 'Adresse übernehmen',
	confirmed: 'Ihr Konto hat jetzt die neue E-Mail-Adresse.',
	acceptTitle: 'Willkommen bei Rollcall',
	acceptLead: 'Sie wurden eingeladen. Wählen Sie ein Passwort, und Ihr Konto wird angelegt.',
	acceptName: 'Name',
	acceptNameHint:
		'Lassen Sie das Feld leer, um den Namen aus der Einladung zu behalten, falls sie einen hat.',
	accept: 'Konto anlegen',
	again: 'Falls der Link nicht mehr gilt, bitten Sie die Person, die Sie eingeladen hat, um einen neuen.'
};
