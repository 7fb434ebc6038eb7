import type { EventType } from '#lib/graphql/documents.ts';

const count = (n: number, one: string, many: string) => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

/**
 * What happened as a sentence: by whom, by the person concerned, or with nobody to name. `{user}` and `{actor}` are
 * links; `{userDative}` is the person where a language declines what stands for one who was erased.
 */
export const enEvents = {
	sentence: {
		USER_CREATED: {
			by: '{actor} added {user}',
			self: '{user} signed up',
			none: '{user} was added'
		},
		CREATED_AS: {
			by: '{actor} added {user} as {after}',
			self: '{user} signed up as {after}',
			none: '{user} was added as {after}'
		},
		RENAMED: {
			by: '{actor} changed {user}’s name from {before} to {after}',
			self: '{user} changed their name from {before} to {after}',
			none: '{user}’s name was changed from {before} to {after}'
		},
		EMAIL_CHANGED: {
			by: '{actor} changed {user}’s email from {before} to {after}',
			self: '{user} changed their email from {before} to {after}',
			none: '{user}’s email was changed from {before} to {after}'
		},
		USER_UPDATED: {
			by: '{actor} changed {user}’s {fields}',
			self: '{user} changed their {fields}',
			none: '{user}’s {fields} changed'
		},
		USER_ROLE_CHANGED: {
			by: '{actor} changed {user}’s role from {before} to {after}',
			self: '{user} changed their role from {before} to {after}',
			none: '{user}’s role was changed from {before} to {after}'
		},
		USER_DISABLED: {
			by: '{actor} disabled {user}',
			self: '{user} disabled their own account',
			none: '{user} was disabled'
		},
		USER_ENABLED: {
			by: '{actor} enabled {user}',
			self: '{user} enabled their own account',
			none: '{user} was enabled'
		},
		USER_DELETED: {
			by: '{actor} deleted {user}',
			self: '{user} deleted their own account',
			none: '{user} was deleted'
		},
		USER_RESTORED: {
			by: '{actor} restored {user}',
			self: '{user} restored their own account',
			none: '{user} was restored'
		},
		USER_ERASED: {
			by: '{actor} permanently erased a person',
			self: 'Someone permanently erased their own account',
			none: 'A person was permanently erased'
		},
		EMAIL_VERIFIED: {
			by: '{actor} marked {user}’s email as verified',
			self: '{user} verified their email',
			none: '{user}’s email was verified'
		},
		PASSWORD_CHANGED: {
			by: '{actor} set a new password for {user}',
			self: '{user} changed their password',
			none: 'A new password was set for {user}'
		},
		SECOND_FACTOR_ADDED: {
			by: '{actor} set up a second factor for {user}',
			self: '{user} set up a second factor',
			none: 'A second factor was set up for {user}'
		},
		SECOND_FACTOR_REMOVED: {
			by: '{actor} removed {user}’s second factor',
			self: '{user} turned their second factor off',
			none: '{user}’s second factor was removed'
		},
		SESSION_STARTED: {
			by: '{actor} signed in as {user}',
			self: '{user} signed in',
			none: '{user} signed in'
		},
		SIGNED_OUT: {
			by: '{actor} signed {user} out',
			self: '{user} signed out',
			none: '{user} signed out'
		},
		SESSION_REVOKED: {
			by: '{actor} ended one of {user}’s sessions',
			self: '{user} ended one of their own sessions',
			none: 'One of {user}’s sessions was ended'
		},
		SESSION_LOST: {
			by: '{user} was signed out: {actor} {cause}',
			self: '{user} {cause} and so was signed out of another session',
			none: '{user} was signed out of a session'
		},
		SESSION_REUSE_DETECTED: {
			by: 'One of {user}’s sessions was ended because its token was used twice',
			self: 'One of {user}’s sessions was ended because its token was used twice',
			none: 'One of {user}’s sessions was ended because its token was used twice'
		},
		SIGN_IN_FAILED: {
			by: 'Someone failed to sign in as {user}',
			self: 'Someone failed to sign in as {user}',
			none: 'Someone failed to sign in as {user}'
		},
		SIGN_IN_UNKNOWN: {
			by: 'Someone tried to sign in with an unknown address',
			self: 'Someone tried to sign in with an unknown address',
			none: 'Someone tried to sign in with an unknown address'
		},
		PASSKEY_ADDED: {
			by: '{actor} added a passkey for {user}',
			self: '{user} added a passkey',
			none: 'A passkey was added for {user}'
		},
		PASSKEY_REMOVED: {
			by: '{actor} removed a passkey of {user}',
			self: '{user} removed a passkey of their own',
			none: 'A passkey of {user} was removed'
		},
		API_KEY_CREATED: {
			by: '{actor} created an API key for {user}',
			self: '{user} created an API key',
			none: 'An API key was created for {user}'
		},
		API_KEY_REVOKED: {
			by: '{actor} revoked an API key of {user}',
			self: '{user} revoked one of their API keys',
			none: 'An API key of {user} was revoked'
		},
		PASSWORD_RESET_REQUESTED: {
			by: '{actor} asked for a link to set a new password for {user}',
			self: '{user} asked for a link to set a new password',
			none: 'Someone asked for a link to set a new password for {user}'
		},
		EMAIL_CHANGE_REQUESTED: {
			by: '{actor} asked to change {user}’s email',
			self: '{user} asked to change their email',
			none: 'A change of {user}’s email was requested'
		},
		INVITATION_SENT: {
			by: '{actor} invited someone as {after}',
			self: '{actor} invited someone as {after}',
			none: 'Someone was invited as {after}'
		},
		INVITATION_ACCEPTED: {
			by: '{user} accepted an invitation',
			self: '{user} accepted an invitation',
			none: '{user} accepted an invitation'
		},
		INVITATION_WITHDRAWN: {
			by: '{actor} withdrew an invitation',
			self: '{actor} withdrew an invitation',
			none: 'An invitation was withdrawn'
		},
		SIGNING_KEY_ROTATED: {
			by: '{actor} changed the keys that sign access tokens',
			self: '{actor} changed the keys that sign access tokens',
			none: 'The keys that sign access tokens were changed'
		},
		WEBHOOK_ENDPOINT_CREATED: {
			by: '{actor} created a webhook',
			self: '{actor} created a webhook',
			none: 'A webhook was created'
		},
		WEBHOOK_ENDPOINT_UPDATED: {
			by: '{actor} changed a webhook',
			self: '{actor} changed a webhook',
			none: 'A webhook was changed'
		},
		WEBHOOK_ENDPOINT_DELETED: {
			by: '{actor} deleted a webhook',
			self: '{actor} deleted a webhook',
			none: 'A webhook was deleted'
		},
		WEBHOOK_SECRET_ROTATED: {
			by: '{actor} replaced the secret of a webhook',
			self: '{actor} replaced the secret of a webhook',
			none: 'The secret of a webhook was replaced'
		},
		OTHER: {
			by: '{actor} did something to {user} that this page does not know',
			self: '{user} did something that this page does not know',
			none: 'Something happened to {user} that this page does not know'
		}
	} satisfies Record<EventType, Sentence> & Record<string, Sentence>,
	activity: {
		export: (format: string) => `Export as ${format}`,
		lead: 'Every change, as it happens.',
		pause: 'Pause',
		resume: 'Resume',
		paused: 'Paused',
		waiting: (n: number) => `${count(n, 'new event', 'new events')}`,
		show: (n: number) => `Show ${count(n, 'new event', 'new events')}`,
		emptyTitle: 'Nothing here',
		emptyText: 'Events of this kind appear here the moment they happen.',
		onlyAbout: 'Only about',
		alike: 'Only this person',
		clear: 'Show everyone',
		today: 'Today',
		yesterday: 'Yesterday',
		newest: 'Newest',
		newer: 'Newer',
		seen: 'You were here',
		jump: 'Go to where you were',
		find: 'Find a person',
		filters: { when: 'When', types: 'Events', subject: 'Object' },
		subjectHint: 'ID of a person, session or API key',
		whom: 'Which person?',
		resynced: 'This page was too far behind to catch up, so it was reloaded.'
	},
	event: {
		by: (name: string) => `by ${name}`,
		details: 'Details',
		happened: 'When',
		user: 'Person',
		request: 'Request',
		address: 'Address',
		position: 'Position',
		before: 'Before',
		after: 'After',
		none: 'Nothing yet.',
		revert: 'Revert…',
		older: 'Older',
		reasons: {
			SIGNED_OUT: 'signed out',
			REVOKED: 'ended manually',
			REUSED: 'its token was used twice',
			PASSWORD_CHANGED: 'password changed',
			DISABLED: 'account disabled',
			DELETED: 'account deleted',
			PASSKEY_COUNTER: 'passkey counter went back'
		}
	},
	window: {
		since: (from: string) => `Since ${from}`,
		between: (from: string, to: string) => `From ${from} to ${to}`,
		until: (to: string) => `Until ${to}`,
		always: 'Any time'
	},
	/** Why a session was lost, as what somebody did. */
	cause: {
		PASSWORD_CHANGED: 'changed the password',
		DISABLED: 'disabled the account',
		DELETED: 'deleted the account'
	},
	erased: 'an erased person',
	erasedDative: 'an erased person',
	profile: 'profile',
	inSentence: (fields: string) => fields.toLowerCase(),
	system: 'The system: the command line or a scheduled job',
	from: (address: string) => `from ${address}`,
	more: (n: number) => `and ${n.toLocaleString('en')} more in the same request`
};

interface Sentence {
	by: string;
	self: string;
	none: string;
}
