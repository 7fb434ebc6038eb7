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

type Run = <Data, Variables>(document: TypedDocument<Data, Variables>, variables: Variables) => Promise<Data>;

export async function actOn(run: Run, id: string, { action, role }: BulkRequest): Promise<UserOutcome> {
	switch (action) {
		case 'enable':
			return (await run(EnableUser, { id })).enableUser;
		case 'disable':
			return (await run(DisableUser, { id })).disableUser;
		case 'delete':
			return (await run(DeleteUser, { id })).deleteUser;
		case 'restore':
			return (await run(RestoreUser, { id })).restoreUser;
		case 'role':
			return (await run(UpdateUser, { input: { id, role } })).updateUser;
	}
}
