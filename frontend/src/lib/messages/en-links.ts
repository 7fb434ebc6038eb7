/** The words of signing up where it is not open to everyone, and of the pages that the links in mails lead to. */
export const enLinks = {
	pending:
		'Look into your mail, and into the spam folder too: the link there creates your account. It works once and for 24 hours.',
	pendingLead: 'The account exists once you have used a link that is sent to your email.',
	byInvitation: 'Accounts are by invitation here. Open the link in your invitation, or ask an admin for one.',
	closed: 'Signing up is closed here. Ask an admin for an account.',
	goOn: 'Go on to Rollcall',
	verifyTitle: 'Verify your email',
	verifyLead: 'Press the button, and this email is verified.',
	verify: 'Verify email',
	verified: 'Your email is verified.',
	confirmTitle: 'Confirm your new email',
	confirmLead: 'Press the button, and your account has this email.',
	confirm: 'Confirm email',
	confirmed: 'Your account has the new email now.',
	acceptTitle: 'Welcome to Rollcall',
	acceptLead: 'You were invited. Choose a password, and your account is created.',
	acceptName: 'Name',
	acceptNameHint: 'Leave it empty to keep the name in the invitation, if it has one.',
	accept: 'Create account',
	again: 'If the link no longer works, ask the person who invited you for another one.'
};
