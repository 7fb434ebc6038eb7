/** The words of the page on which a required second factor is set up. */
export const enEnrol = {
	title: 'Set up a second factor',
	lead: 'Your account needs a second factor here. Set one up to go on: until then, no other page opens.',
	app: 'With an authenticator app',
	appText: 'An app on your phone shows a code that you enter when you sign in.',
	passkey: 'With a passkey',
	passkeyText: 'Your fingerprint, face or device PIN. It also signs you in without a password.',
	done: 'Your second factor is set up.',
	keep: 'Save the recovery codes before you go on.',
	goOn: 'Continue',
	signOut: 'Sign out instead'
};
