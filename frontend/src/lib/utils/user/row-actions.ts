/** What a reader may do with a user of the list. The API decides; the console asks here what to offer. */
import type { User } from '#lib/graphql/documents.ts';
import { POSSIBLE, type StatusAction } from './expected.ts';
import { can } from './rights.ts';

export interface RowActions {
	role: boolean;
	status: readonly StatusAction[];
	/** A password for somebody else; one's own is under one's account. */
	password: boolean;
	/** Who is not active is signed in nowhere. */
	signOut: boolean;
}

/** `viewer`: whoever is signed in. */
export function rowActions(user: Pick<User, 'id' | 'status'>, viewer: Pick<User, 'id' | 'role'>): RowActions {
	const changes = can(viewer, 'users.change');
	return {
		role: changes,
		status: changes ? POSSIBLE[user.status] : [],
		password: changes && user.id !== viewer.id && user.status !== 'DELETED',
		signOut: changes && user.status === 'ACTIVE'
	};
}
