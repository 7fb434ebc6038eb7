/** The words of the pages before sign-in, and what any page may need: a catalogue of their own, loaded alone there. */

const count = (n: number, one: string, many: string) => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

export const enEntry = {
	app: { name: 'Rollcall', tagline: 'The live list of who can do what', skip: 'Skip to content' },
	common: {
		save: 'Save changes',
		cancel: 'Cancel',
		close: 'Close',
		apply: 'Apply',
		retry: 'Try again',
		back: 'Back',
		all: 'All',
		none: 'None',
		you: 'You',
		never: 'Never',
		unknown: 'Unknown',
		loading: 'Loading',
		copy: 'Copy',
		copied: 'Copied',
		more: 'More actions',
		next: 'Next',
		previous: 'Previous',
		first: 'First page',
		dismiss: 'Dismiss',
		system: 'The system',
		erased: 'Erased person',
		hidden: 'Hidden',
		empty: 'empty',
		working: 'Working…'
	},
	auth: {
		signInTitle: 'Sign in to Rollcall',
		signInLead: 'Welcome back.',
		signUpTitle: 'Create your account',
		signUpLead: 'You start as a member; an admin can give you more.',
		email: 'Email',
		password: 'Password',
		name: 'Name',
		passwordHint: 'At least 8 characters.',
		signIn: 'Sign in',
		signingIn: 'Signing in…',
		signUp: 'Create account',
		signingUp: 'Creating…',
		noAccount: 'New here?',
		haveAccount: 'Already have an account?',
		show: 'Show password',
		hide: 'Hide password',
		wait: (seconds: number) => `Too many attempts. Try again in ${count(seconds, 'second', 'seconds')}.`,
		notSignedOut: 'Signing out failed: you are still signed in.',
		signOutAgain: 'Try to sign out again',
		reasons: {
			signed_out: 'You are signed out.',
			account_disabled: 'Your account was disabled. Ask an admin if you think this is a mistake.',
			session_revoked: 'This session was ended.',
			token_expired: 'Your session has expired. Sign in to go on where you were.',
			token_invalid: 'Your session is no longer valid. Sign in to go on where you were.',
			role_changed: 'Your role was changed. Sign in to go on with the new one.',
			password_changed: 'Your password was changed.'
		}
	},
	problem: {
		VALIDATION_ERROR: 'Something needs another look.',
		EMAIL_TAKEN: 'Someone already uses this email.',
		VERSION_CONFLICT: 'Someone else changed this meanwhile.',
		NOT_FOUND: 'This no longer exists.',
		FORBIDDEN: 'You may not do this.',
		LAST_ADMIN: 'This is the last admin; make someone else admin first.',
		INVALID_CREDENTIALS: 'Email or password is wrong.',
		ACCOUNT_DISABLED: 'This account is disabled. Ask an admin.',
		TOKEN_INVALID: 'This link is not valid.',
		TOKEN_EXPIRED: 'This link has expired.',
		SESSION_REVOKED: 'This session was ended.',
		RATE_LIMITED: 'Too many attempts. Wait a moment.',
		SECOND_FACTOR_REQUIRED: 'A second factor is needed.',
		UNAVAILABLE: 'The API cannot be reached.',
		UNKNOWN: 'That did not work.'
	},
	fault: {
		email: 'This is no email address.',
		displayName: 'A name has 1 to 200 characters.',
		password: 'A password has 8 to 256 characters.',
		deleted: 'This user is deleted; restore them first.',
		disabled: 'This user is disabled, not deleted; enable them instead.',
		currentPassword: 'This is not your current password.'
	},
	error: {
		notFoundTitle: 'Page not found',
		notFoundText: 'The address may be old or mistyped.',
		forbiddenTitle: 'You may not see this',
		forbiddenText: 'Your role does not reach this page. An admin can change that.',
		downTitle: 'The API is not answering',
		downText:
			'Rollcall’s pages are up, but the directory behind them is not. This page tries again by itself.',
		limitedTitle: 'A little too fast',
		limitedText: 'Wait a moment, then try again.',
		title: 'Something went wrong',
		text: 'It is not your fault. Try again; if it stays, tell an admin the request id.',
		requestId: 'Request id',
		home: 'Go to People'
	},
	update: { text: 'A new version of the console is ready.', reload: 'Reload' }
};
