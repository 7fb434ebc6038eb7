/** Adds one user of a list; the same for the browser and the server. Raises what is no answer. */
import { CreateUser, type TypedDocument } from '#lib/graphql/documents.ts';
import type { Added, ListLine } from '#lib/types/import.ts';

type Run = <Data, Variables>(document: TypedDocument<Data, Variables>, variables: Variables) => Promise<Data>;

export async function addUser(run: Run, { email, displayName, role }: ListLine): Promise<Added> {
	const { createUser } = await run(CreateUser, { input: { email, displayName, role } });
	if (createUser.__typename === 'UserPayload') return { state: 'added', id: createUser.user.id };
	const deleted = createUser.__typename === 'ConflictProblem' && createUser.current?.status === 'DELETED';
	if (createUser.code === 'EMAIL_TAKEN' && !deleted) return { state: 'exists' };
	return { state: 'failed', problem: { code: createUser.code, message: createUser.message } };
}
