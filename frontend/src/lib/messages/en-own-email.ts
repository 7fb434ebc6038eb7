/** The words of one's own email on the account page. */
export const enOwnEmail = {
	title: 'Email',
	text: 'You sign in with it. A new one counts once you have confirmed it.',
	verified: 'Verified',
	unverified: 'Not verified',
	verify: 'Send verification link',
	linkSent: 'A link is on its way to you. It works once and for 24 hours.',
	waits: (email: string) => `A link was sent to ${email}. Until you use it, nothing changes.`,
	change: 'Change email',
	new: 'New email',
	current: 'Current password',
	send: 'Send confirmation link',
	same: 'This is your email already.'
};
