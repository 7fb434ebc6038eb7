/** The words of the page and the dialog that say what a change of several people will do. */
import type { Role, UserStatus } from '#lib/graphql/documents.ts';

const number = (n: number) => n.toLocaleString('en');
const count = (n: number, one: string, many: string) => `${number(n)} ${n === 1 ? one : many}`;

export const enChange = {
	title: 'Confirm a change',
	nobody: 'Nobody was selected, or they no longer exist.',
	picked: (n: number, parts: string) => `${number(n)} selected: ${parts}.`,
	status: {
		ACTIVE: (n: number) => `${number(n)} active`,
		DISABLED: (n: number) => `${number(n)} disabled`,
		DELETED: (n: number) => `${number(n)} deleted`
	} satisfies Record<UserStatus, unknown>,
	role: {
		MEMBER: (n: number) => count(n, 'member', 'members'),
		AUDITOR: (n: number) => count(n, 'auditor', 'auditors'),
		ADMIN: (n: number) => count(n, 'admin', 'admins')
	} satisfies Record<Role, unknown>,
	will: (n: number) => (n ? `${count(n, 'person', 'people')} will change.` : 'Nobody will change.'),
	already: (n: number, state: string) =>
		`${count(n, 'is', 'are')} already “${state}”: nothing happens to them.`,
	impossible: {
		deleted: (n: number) => `${count(n, 'is', 'are')} deleted: restore them first.`,
		disabled: (n: number) => `${count(n, 'is', 'are')} disabled, not deleted: enable them instead.`
	},
	grants: (n: number) =>
		`${count(n, 'person', 'people')} will see and change everything: everyone’s profile, role, status and sessions, yours included.`,
	takes: (n: number) =>
		`${count(n, 'admin', 'admins')} can no longer add or change people. Only an admin can give this back.`,
	self: 'You are one of them and are left out.',
	withSelf: 'Change me too: I will be signed out, and only another admin can undo this.',
	more: (n: number) => `and ${number(n)} more`,
	alreadyDone: 'Was already so',
	result: (changed: number, already: number, failed: number) =>
		[
			`${count(changed, 'person', 'people')} changed`,
			already ? `${number(already)} already so` : '',
			failed ? `${number(failed)} failed` : ''
		]
			.filter(Boolean)
			.join(', '),
	undone: (n: number, name: string) =>
		n === 1 ? `${name} is as before` : `${number(n)} people are as before`,
	notUndone: (reasons: readonly string[]) =>
		`Not undone: ${reasons.slice(0, 3).join(' ')}${reasons.length > 3 ? ` And ${number(reasons.length - 3)} more.` : ''}`,
	confirmTitle: (action: string, n: number) => `${action} ${count(n, 'person', 'people')}?`,
	roleTitle: (role: string, whom: string | number) =>
		`Change ${typeof whom === 'number' ? count(whom, 'person', 'people') : whom} to ${role}?`,
	disableText: 'They are signed out immediately and cannot sign in until enabled again.',
	deleteText: 'They are signed out and hidden from members. You can restore them later.',
	roleText: 'Their rights change immediately; sessions with more rights end.',
	running: (done: number, all: number) => `${done} of ${all}`,
	stop: 'Stop',
	stopped: 'Stopped',
	results: 'Results',
	ok: 'Done',
	pending: 'Waiting',
	revert: {
		title: (name: string) => `Revert a change of ${name}?`,
		now: 'Now',
		then: 'Afterwards',
		confirm: 'Revert',
		later: (who: string | null, at: string) =>
			`${who ?? 'Someone'} has changed the same again (${at}). Reverting would overwrite that, so it stays as it is.`,
		impossible: 'This cannot be reverted: the person is gone, or is no longer as this change made them.'
	},
	power: {
		roleTitle: (name: string, before: string, after: string) => `${name}: ${before} → ${after}?`,
		grants: (name: string) =>
			`${name} will see and change everything: everyone’s profile, role, status and sessions, yours included.`,
		takes: (name: string) =>
			`${name} can no longer add or change people, and must sign in again. Only an admin can give this back.`,
		lowers: (name: string) =>
			`${name} no longer sees the audit trail, email addresses, or people who are not active, and must sign in again.`,
		self: 'This is you: you will be signed out, and only another admin can undo this.'
	}
};
