/** The words of one's own account. */
export const enAccount = {
	title: 'My account',
	profile: 'Profile',
	profileText: 'How others see you.',
	password: 'Password',
	passwordText: 'Changing it ends your other sessions.',
	current: 'Current password',
	new: 'New password',
	change: 'Change password',
	changed: 'Password changed. Your other sessions were ended.',
	keys: 'API keys',
	keysText: 'For services that act as you.',
	keysLink: 'Manage API keys',
	sessions: 'Sessions',
	sessionsText: 'Where you are signed in. End what you do not recognise.',
	data: 'My data',
	dataText: 'Everything Rollcall holds about you.',
	dataLink: 'Download my data',
	appearanceText: 'Kept in this browser.',
	appearance: 'Appearance'
};
