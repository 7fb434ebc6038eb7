/** The words of the sign-in page alone; `reasons` say why somebody has to sign in. */
export const enSignIn = {
	codeHint: 'From your authenticator app, or a recovery code.',
	codeToo: 'Your password is right. Enter the code of your second factor as well, or use a passkey.',
	codeAgain: 'Enter your password again, and the code of your second factor.',
	passkey: 'Use a passkey',
	passkeyRefused:
		'This passkey was not accepted. It may have been removed from your account: sign in another way.',
	passkeyFailed: 'This browser could not use a passkey here. Sign in with your password.',
	notSignedOut: 'Signing out failed: you are still signed in.',
	signOutAgain: 'Try to sign out again',
	reasons: {
		signed_out: 'You are signed out.',
		account_disabled: 'Your account was disabled. Ask an admin if you think this is a mistake.',
		session_revoked: 'This session was ended.',
		token_expired: 'Your session has expired. Sign in to continue where you were.',
		token_invalid: 'Your session is no longer valid. Sign in to continue where you were.',
		role_changed: 'Your role was changed. Sign in to continue with the new one.',
		password_changed: 'Your password was changed.'
	}
};
