/** The words of one's own passkeys. */
export const enPasskey = {
	title: 'Passkeys',
	text: 'Sign in with your fingerprint, face or device PIN, without a password.',
	none: 'You have no passkeys.',
	made: 'Added',
	used: 'last used',
	unused: 'never used',
	add: 'Add a passkey…',
	name: 'Name',
	nameHint: 'The device it is on, so that you recognise it later.',
	password: 'Current password',
	create: 'Add passkey',
	added: (name: string) => `Passkey “${name}” added. From now on your password alone no longer signs you in.`,
	failed:
		'This browser could not create a passkey here. Check that you opened Rollcall by its usual address and that this device has a screen lock.',
	needsScript: 'Adding a passkey needs JavaScript.',
	remove: 'Remove…',
	removeLabel: (name: string) => `Remove ${name}…`,
	follows: 'It no longer signs you in. Delete it on your device as well.',
	confirm: 'Remove passkey',
	removed: 'The passkey was removed.'
};
