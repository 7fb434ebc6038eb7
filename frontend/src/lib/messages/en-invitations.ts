/** The words of the invitations of the directory. */
export const enInvitations = {
	title: 'Invitations',
	lead: 'People you invite get a mail with a link. They are not in the directory before they accept. Inviting the same email again sends a new link.',
	off: 'Invitations are turned off: signing up is closed (SIGN_UP=closed).',
	add: 'Invite someone',
	name: 'Name (optional)',
	nameHint: 'They can choose another one when they accept.',
	send: 'Send invitation',
	sent: (email: string) =>
		`An invitation was sent to ${email}. The link in it works once and for seven days.`,
	open: 'Not accepted yet',
	none: 'Nobody is invited at the moment.',
	by: 'by',
	sentAt: 'sent',
	until: 'until',
	over: 'Expired',
	withdraw: 'Withdraw',
	withdrawLabel: (email: string) => `Withdraw the invitation to ${email}`,
	withdrawn: 'The invitation was withdrawn. Its link no longer works.',
	ended: 'Accepted or withdrawn'
};
