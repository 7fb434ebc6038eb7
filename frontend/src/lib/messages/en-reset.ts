/** The words of the pages of a forgotten password. */
export const enReset = {
	forgotTitle: 'Forgot your password?',
	forgotLead: 'Enter your email, and a link to set a new one is sent to you.',
	sendLink: 'Send link',
	linkSent:
		'If an account has this email, a link is on its way to it. It works once and for one hour. Look into the spam folder too.',
	backToSignIn: 'Back to sign-in',
	resetTitle: 'Set a new password',
	resetLead: 'You are signed out everywhere, and sign in again with the new one.',
	newPassword: 'New password',
	setPassword: 'Set password',
	anotherLink: 'Request another link'
};
