/** The mutation behind each action, the same for the browser and the server. */
import {
	DeleteUser,
	DisableUser,
	EnableUser,
	RestoreUser,
	UpdateUser,
	type TypedDocument,
	type User,
	type UserOutcome,
	type UserStatus
} from '#lib/graphql/documents.ts';
import type { BulkRequest } from '#lib/types/actions.ts';

export type Run = <Data, Variables>(
	document: TypedDocument<Data, Variables>,
	variables: Variables
) => Promise<Data>;

/** What each action makes of a user's status. */
export const LEADS_TO = {
	enable: 'ACTIVE',
	restore: 'ACTIVE',
	disable: 'DISABLED',
	delete: 'DELETED'
} as const satisfies Record<string, UserStatus>;
export type StatusAction = keyof typeof LEADS_TO;

export async function setStatus(
	run: Run,
	action: StatusAction,
	variables: { id: string; expectedVersion?: number | null }
): Promise<UserOutcome> {
	switch (action) {
		case 'enable':
			return (await run(EnableUser, variables)).enableUser;
		case 'disable':
			return (await run(DisableUser, variables)).disableUser;
		case 'delete':
			return (await run(DeleteUser, variables)).deleteUser;
		case 'restore':
			return (await run(RestoreUser, variables)).restoreUser;
	}
}

export async function actOn(
	run: Run,
	id: string,
	{ action, role }: BulkRequest,
	expectedVersion: number
): Promise<UserOutcome> {
	if (action === 'role') return (await run(UpdateUser, { input: { id, role, expectedVersion } })).updateUser;
	return setStatus(run, action, { id, expectedVersion });
}

/** What an action will have changed, to be shown before it is confirmed. */
export function expectedChange({ action, role }: BulkRequest): Partial<User> {
	return action === 'role' ? { role } : { status: LEADS_TO[action] };
}
