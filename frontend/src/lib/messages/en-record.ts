/** The words of somebody's sessions, and of an edit while somebody else made another. */
export const enRecord = {
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
		confirm: (name: string) => `Erase ${name}?`,
		type: (name: string) => `Type “${name}” to confirm`,
		mismatch: 'The name does not match.'
	},
	access: {
		title: 'Sign-in',
		yes: 'Signs in with a password.',
		no: 'Cannot sign in: there is no password.',
		set: 'Set a password',
		password: 'New password',
		hint: 'At least 8 characters. All sessions of this person end.',
		save: 'Set password',
		generate: 'Generate one',
		done: 'The password was set, and all sessions of this person have ended.',
		once: (name: string) => `Shown only once: copy it now, and give it to ${name} yourself.`
	}
};
