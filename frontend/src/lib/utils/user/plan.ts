/** What an action on many users will do to each of them, said before it is done. */
import type { User, UserStatus } from '#lib/graphql/documents.ts';
import type { BulkRequest } from '#lib/types/actions.ts';
import { LEADS_TO } from './bulk.ts';

/** Why the API would refuse: a key of the catalogue's `invalid`. */
export type Obstacle = 'deleted' | 'disabled';

/** Every user is in exactly one of the parts. */
export interface Plan {
	/** Those it changes, without the viewer. */
	change: User[];
	/** Those who are already so. */
	already: User[];
	impossible: { user: User; why: Obstacle }[];
	/** The viewer, if it would change them. */
	self: User | null;
}

/** Why a user of this status cannot take the action; null if they can. */
function obstacle(status: UserStatus, { action }: BulkRequest): Obstacle | null {
	if (status === 'DELETED' && (action === 'enable' || action === 'disable')) return 'deleted';
	return status === 'DISABLED' && action === 'restore' ? 'disabled' : null;
}

/** Whether a user is already as the action would make them. */
export function isAlready(user: Pick<User, 'role' | 'status'>, { action, role }: BulkRequest): boolean {
	return action === 'role' ? user.role === role : user.status === LEADS_TO[action];
}

export function planOf(users: readonly User[], request: BulkRequest, viewerId: string): Plan {
	const plan: Plan = { change: [], already: [], impossible: [], self: null };
	for (const user of users) {
		const why = obstacle(user.status, request);
		if (isAlready(user, request)) plan.already.push(user);
		else if (why) plan.impossible.push({ user, why });
		else if (user.id === viewerId) plan.self = user;
		else plan.change.push(user);
	}
	return plan;
}

/** The users to change, the viewer last and only if that is confirmed: afterwards they may change nobody. */
export function confirmed({ change, self }: Plan, withSelf: boolean): User[] {
	return self && withSelf ? [...change, self] : change;
}

/** How many users there are of each status, without those that nobody has. */
export function statusCounts(users: readonly Pick<User, 'status'>[]): [UserStatus, number][] {
	return (['ACTIVE', 'DISABLED', 'DELETED'] as const)
		.map((status): [UserStatus, number] => [status, users.filter((user) => user.status === status).length])
		.filter(([, count]) => count > 0);
}
