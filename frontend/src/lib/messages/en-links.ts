/** The words of signing up where it is not open to everyone, and of the pages that the links in mails lead to. */
export const enLinks = {
	pending:
		'Look into your mail, and into the spam folder too: the link there creates your account. It works once and for 24 hours.',
	pendingLead: 'The account exists once you have opened a link that is sent to your email.',
	byInvitation: 'Accounts are by invitation here. Open the link in your invitation, or ask an admin for one.',
	closed: 'Signing up is closed here. Ask an admin for an account.'
};
