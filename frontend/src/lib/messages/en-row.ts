/** The words of a row's menu, and of the user who is shown beside the list. */
export const enRow = {
	open: 'Open',
	peek: 'Show beside the list',
	copyLink: 'Copy link',
	copyEmail: 'Copy email',
	copyId: 'Copy ID',
	setPassword: 'Set a password…',
	passwordTitle: (name: string) => `Set a password for ${name}`,
	signOut: 'Sign out everywhere…',
	signOutTitle: (name: string) => `Sign ${name} out everywhere?`,
	signOutText: 'All their sessions end immediately. They can sign in again. This cannot be undone.',
	signOutConfirm: 'Sign out everywhere',
	signOutSelf: 'End my other sessions…',
	signOutSelfTitle: 'End your other sessions?',
	signOutSelfText: 'You stay signed in here; everywhere else you must sign in again.',
	signOutSelfConfirm: 'End them',
	allEnded: 'All ended',
	signedOut: (name: string) => `${name}: signed out everywhere`,
	position: (at: number, of: number) =>
		`${at.toLocaleString('en')} of ${of.toLocaleString('en')} on this page`,
	selectMatching: (n: number, exact: boolean) =>
		`Select all${exact ? '' : ', about'} ${n.toLocaleString('en')}`,
	selectFirst: (n: number) => `Select the first ${n.toLocaleString('en')}`,
	selecting: 'Selecting',
	stopSelecting: 'Stop',
	beside: 'Person beside the list',
	previous: 'Previous person',
	next: 'Next person',
	latest: 'Latest changes',
	all: 'Open the whole page'
};
