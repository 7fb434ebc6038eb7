/** What a reader may do with a user of the list. The API decides; the console asks here what to offer. */
import type { User } from '#lib/graphql/documents.ts';
import { POSSIBLE, type StatusAction } from './expected.ts';
import { can } from './rights.ts';

export interface RowActions {
	role: boolean;
	status: readonly StatusAction[];
	/** A password for another user; one's own is set under one's account. */
	password: boolean;
	/** A user who is not active has no sessions. */
	signOut: boolean;
}

/** `viewer`: the signed-in user. */
export function rowActions(user: Pick<User, 'id' | 'status'>, viewer: Pick<User, 'id' | 'role'>): RowActions {
	const changes = can(viewer, 'users.change');
	return {
		role: changes,
		status: changes ? POSSIBLE[user.status] : [],
		password: changes && user.id !== viewer.id && user.status !== 'DELETED',
		signOut: changes && user.status === 'ACTIVE'
	};
}
