/** The mutation behind each action, the same for the browser and the server. */
import {
	DeleteUser,
	DisableUser,
	EnableUser,
	RestoreUser,
	UpdateUser,
	type TypedDocument,
	type UserOutcome
} from '#lib/graphql/documents.ts';
import type { BulkRequest } from '#lib/types/actions.ts';
import type { StatusAction } from './expected.ts';

export { LEADS_TO, expectedChange, type StatusAction } from './expected.ts';

export type Run = <Data, Variables>(
	document: TypedDocument<Data, Variables>,
	variables: Variables
) => Promise<Data>;

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
