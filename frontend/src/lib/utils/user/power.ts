/** Which changes of a user ask first, and what follows from them. */
import type { Role, User } from '#lib/graphql/documents.ts';
import type { BulkRequest } from '#lib/types/actions.ts';

/** What somebody gains or loses with another role: a key of the catalogue's `power`. */
export type RoleConsequence = 'grants' | 'takes' | 'lowers';
export type Consequence = RoleConsequence | 'disable' | 'delete';

const RANK: Readonly<Record<Role, number>> = { MEMBER: 0, AUDITOR: 1, ADMIN: 2 };

/** What follows from another role and must be confirmed; null if it may be given at once. */
export function roleConsequence(before: Role, after: Role): RoleConsequence | null {
	if (before === after) return null;
	if (after === 'ADMIN') return 'grants';
	if (before === 'ADMIN') return 'takes';
	return RANK[after] < RANK[before] ? 'lowers' : null;
}

/** The same for any change. */
export function consequenceOf(user: Pick<User, 'role'>, { action, role }: BulkRequest): Consequence | null {
	if (action === 'disable' || action === 'delete') return action;
	return action === 'role' && role ? roleConsequence(user.role, role) : null;
}
