/** What a role may do. The API decides; the console asks here what to offer. */
import type { Role } from '#lib/graphql/documents.ts';

const AUDITORS: readonly Role[] = ['AUDITOR', 'ADMIN'];
const ADMINS: readonly Role[] = ['ADMIN'];

const RIGHTS = {
	/** See disabled and deleted users, and everyone's email. */
	'users.seeAll': AUDITORS,
	/** Add, change, disable, delete and erase users, and end their sessions. */
	'users.change': ADMINS,
	/** Read the audit trail. */
	'events.read': AUDITORS,
	/** See how the API is doing, and manage where it sends events. */
	'service.read': ADMINS
} as const satisfies Record<string, readonly Role[]>;

export type Right = keyof typeof RIGHTS;

export function can(viewer: { role: Role }, right: Right): boolean {
	return RIGHTS[right].includes(viewer.role);
}
