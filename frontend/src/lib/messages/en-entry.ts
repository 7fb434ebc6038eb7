/** The words of the pages before sign-in, and what any page may need: a catalogue of their own, loaded alone there. */
import type { ProblemCode } from '#lib/graphql/documents.ts';

const count = (n: number, one: string, many: string) => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

export const enEntry = {
	app: { name: 'Rollcall', tagline: 'The live directory of who can do what', skip: 'Skip to content' },
	common: {
		save: 'Save changes',
		cancel: 'Cancel',
		close: 'Close',
		apply: 'Apply',
		retry: 'Try again',
		never: 'Never',
		loading: 'Loading',
		copy: 'Copy',
		copied: 'Copied',
		next: 'Next',
		previous: 'Previous',
		pages: 'Pages',
		first: 'First page',
		undo: 'Undo',
		dismiss: 'Dismiss',
		erased: 'Erased person',
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
		code: 'Code',
		signIn: 'Sign in',
		signingIn: 'Signing in…',
		signUp: 'Create account',
		signingUp: 'Creating…',
		noAccount: 'New here?',
		haveAccount: 'Already have an account?',
		forgot: 'Forgot your password?',
		show: 'Show password',
		hide: 'Hide password',
		wait: (seconds: number) => `Too many attempts. Try again in ${count(seconds, 'second', 'seconds')}.`
	},
	problem: {
		VALIDATION_ERROR: 'Please check what you entered.',
		EMAIL_TAKEN: 'Someone already uses this email.',
		VERSION_CONFLICT: 'Someone else has changed this.',
		NOT_FOUND: 'This no longer exists.',
		FORBIDDEN: 'You are not allowed to do this.',
		LAST_ADMIN: 'This is the last admin; make someone else an admin first.',
		INVALID_CREDENTIALS: 'Email or password is wrong.',
		ACCOUNT_DISABLED: 'This account is disabled. Ask an admin.',
		TOKEN_INVALID: 'This link is not valid.',
		TOKEN_EXPIRED: 'This link has expired.',
		SESSION_REVOKED: 'This session was ended.',
		RATE_LIMITED: 'Too many attempts. Wait a moment.',
		SECOND_FACTOR_REQUIRED: 'Enter the code of your second factor.',
		UNAVAILABLE: 'The API cannot be reached.',
		UNKNOWN: 'That did not work.'
	} satisfies Record<ProblemCode | 'UNAVAILABLE' | 'UNKNOWN', string>,
	invalid: {
		email: 'This is not a valid email address.',
		domain: (label: string) => `“${label}” cannot be part of an email address’s domain.`,
		character: (code: string) => `The name has a character that cannot be seen (${code}). Remove it.`,
		displayName: 'A name has 1 to 200 characters.',
		held: 'A deleted person has this email.',
		password: 'A password has 8 to 128 characters.',
		commonPassword: 'This is one of the most common passwords. Choose another.',
		ownWords: 'This is made of the name, the email or “Rollcall”. Choose another.',
		code: 'The code is wrong, has expired or was used before.',
		nothingBegun: 'This took too long. Begin again.',
		deleted: 'This user is deleted; restore them first.',
		disabled: 'This user is disabled, not deleted; enable them instead.',
		currentPassword: 'This is not your current password.'
	},
	error: {
		notFoundTitle: 'Page not found',
		notFoundText: 'The address may be old or mistyped.',
		forbiddenTitle: 'You may not see this',
		forbiddenText: 'Your role has no access to this page. An admin can change that.',
		offlineTitle: 'Rollcall cannot be reached',
		offlineText:
			'There is no connection, or the server does not answer. This page opens by itself as soon as it can.',
		downTitle: 'The API is not answering',
		downText:
			'Rollcall’s pages are up, but the directory behind them is not. This page tries again by itself.',
		limitedTitle: 'Too many requests',
		limitedText: 'Wait a moment, then try again.',
		title: 'Something went wrong',
		text: 'Try again. If it keeps happening, give an admin the request ID.',
		requestId: 'Request ID',
		home: 'Go to People'
	},
	update: { text: 'A new version of the console is ready.', reload: 'Reload' }
};
