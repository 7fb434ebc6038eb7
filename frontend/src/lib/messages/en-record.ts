/** The texts of a user's own page and of one's account: of its parts, the sessions, and an edit while somebody else made another. */
export const enRecord = {
	page: {
		profile: 'Profile',
		sessions: 'Sessions',
		details: 'Details',
		danger: 'Status of the account',
		unavailable: { erased: 'This person was erased', hidden: 'You no longer see this person' },
		unavailableText: 'You are looking at earlier data.',
		selfLink: 'Password and appearance are under My account.',
		self: 'This is you.',
		noAccess: 'You see the public part of this profile.'
	},
	status: {
		selfEnds: 'This is you: you will be signed out, and cannot undo this yourself.',
		enable: 'They can sign in again.',
		restore: 'Brings the account back as it was; they can sign in again.'
	},
	session: {
		current: 'This session',
		revoke: 'End',
		revokeLabel: (name: string, begun: string) => `End the session on ${name}, started ${begun}`,
		revokeAll: 'End all',
		revokeOthers: 'End all others',
		allEnded: 'All ended',
		over: 'Ended',
		more: (n: number) => `${n.toLocaleString('en')} older`,
		newest: (n: number) => `The ${n} newest are shown.`,
		started: 'Started',
		seen: 'Last active',
		unknown: 'Unknown client',
		none: 'Not signed in anywhere.',
		ended: 'Session ended',
		on: (browser: string, system: string) => `${browser} on ${system}`
	},
	conflict: {
		title: 'Someone else has changed this',
		refused: 'Nothing was saved. Compare both versions, then save yours or take theirs.',
		compare: 'Compare both versions, then save yours or take theirs.',
		moved: 'Your input is still here.',
		theirs: 'Theirs',
		yours: 'Yours',
		takeTheirs: 'Take theirs',
		keepMine: 'Save mine',
		by: (who: string) => `${who} changed this while you were editing`
	},
	erase: {
		action: 'Erase permanently',
		text: 'Permanently removes name, email and sessions. The log keeps the ID and the event. This cannot be undone.',
		done: (name: string) => `${name} was erased`,
		confirm: (name: string) => `Erase ${name}?`,
		type: (name: string) => `Type “${name}” to confirm`,
		mismatch: 'The name does not match.'
	},
	access: {
		title: 'Sign-in',
		yes: 'Can sign in.',
		no: 'Cannot sign in: there is no password and no passkey.',
		disabled: 'Cannot sign in while disabled.',
		hasPassword: 'Password',
		passkeys: 'Passkeys',
		factor: 'Second factor',
		pending: 'New email',
		isSet: 'Set',
		notSet: 'None',
		none: 'None',
		off: 'Off',
		app: 'Authenticator app',
		byPasskey: 'Passkeys',
		waits: 'waits for confirmation',
		used: 'last used',
		unused: 'never used',
		set: 'Set a password',
		password: 'New password',
		hint: 'At least 8 characters. All sessions of this person end.',
		save: 'Set password',
		generate: 'Generate one',
		done: 'The password was set, and all sessions of this person have ended.',
		once: (name: string) => `Shown only once: copy it now, and give it to ${name} yourself.`
	},
	factor: {
		open: 'Remove second factor and passkeys…',
		follows: (name: string) =>
			`For somebody who has lost their devices and recovery codes: ${name} signs in with the password alone after that, and all their sessions end. Make sure that it is ${name} who asks.`,
		locksOut: (name: string) =>
			`${name} has no password, and cannot sign in after that until you set one. All their sessions end. Make sure that it is ${name} who asks.`,
		button: 'Remove second factor and passkeys',
		done: 'Second factor and passkeys were removed, and all sessions of this person have ended.'
	}
};
