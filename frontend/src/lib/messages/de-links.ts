import type { LinkMessages } from './types.ts';

export const deLinks: LinkMessages = {
	pending:
		'Sehen Sie in Ihr Postfach, auch in den Spam-Ordner: Der Link dort legt Ihr Konto an. Er gilt einmal und 24 Stunden lang.',
	pendingLead: 'Das Konto entsteht, sobald Sie einen Link öffnen, der an Ihre E-Mail-Adresse geht.',
	byInvitation:
		'Konten gibt es hier auf Einladung. Öffnen Sie den Link in Ihrer Einladung, oder bitten Sie eine Administratorin oder einen Administrator darum.',
	closed:
		'Die Registrierung ist hier geschlossen. Bitten Sie eine Administratorin oder einen Administrator um ein Konto.'
};
