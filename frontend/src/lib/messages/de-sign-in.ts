import type { SignInMessages } from './types.ts';

export const deSignIn: SignInMessages = {
	codeHint: 'Aus Ihrer Authenticator-App, oder ein Wiederherstellungscode.',
	codeToo:
		'Ihr Passwort stimmt. Geben Sie auch den Code Ihres zweiten Faktors ein, oder benutzen Sie einen Passkey.',
	codeAgain: 'Geben Sie Ihr Passwort noch einmal ein, und den Code Ihres zweiten Faktors.',
	passkey: 'Passkey benutzen',
	passkeyRefused:
		'Dieser Passkey wurde nicht angenommen. Vielleicht wurde er aus Ihrem Konto entfernt: Melden Sie sich anders an.',
	passkeyFailed: 'Dieser Browser konnte hier keinen Passkey benutzen. Melden Sie sich mit Ihrem Passwort an.',
	notSignedOut: 'Das Abmelden ist fehlgeschlagen: Sie sind noch angemeldet.',
	signOutAgain: 'Noch einmal abmelden',
	reasons: {
		signed_out: 'Sie sind abgemeldet.',
		account_disabled: 'Ihr Konto wurde gesperrt. Fragen Sie einen Admin, falls das ein Versehen ist.',
		session_revoked: 'Diese Sitzung wurde beendet.',
		token_expired: 'Ihre Sitzung ist abgelaufen. Melden Sie sich an, um fortzufahren.',
		token_invalid: 'Ihre Sitzung ist nicht mehr gültig. Melden Sie sich an, um fortzufahren.',
		role_changed: 'Ihre Rolle wurde geändert. Melden Sie sich an, um mit der neuen fortzufahren.',
		password_changed: 'Ihr Passwort wurde geändert.'
	}
};
