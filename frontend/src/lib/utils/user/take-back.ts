/** Taking a change back, as long as nobody has changed the user since. */
import { UpdateUser, type UpdateUserInput, type UserStatus } from '#lib/graphql/documents.ts';
import type { Changed } from '#lib/types/actions.ts';
import { refusalOf } from '#lib/utils/refusal.ts';
import { setStatus, type Run, type StatusAction } from './bulk.ts';
import type { Result } from './carry-out.ts';

const FIELDS = ['displayName', 'email', 'role'] as const;

/** The actions that lead from one status to another; a deleted user is restored before anything else. */
const STEPS: Readonly<Record<UserStatus, Partial<Record<UserStatus, StatusAction[]>>>> = {
	ACTIVE: { DISABLED: ['disable'], DELETED: ['delete'] },
	DISABLED: { ACTIVE: ['enable'], DELETED: ['delete'] },
	DELETED: { ACTIVE: ['restore'], DISABLED: ['restore', 'disable'] }
};

/** What takes the change of the fields back; null if it did not concern them. */
function fieldsBack({ before, after }: Changed): Omit<UpdateUserInput, 'id'> | null {
	const different = FIELDS.filter((field) => before[field] !== after[field] && before[field] !== null);
	return different.length ? Object.fromEntries(different.map((field) => [field, before[field]])) : null;
}

/** `version`: of the user now, if it is only by taking something back that it is not that after the change. */
export async function takeBack(run: Run, change: Changed, version = change.after.version): Promise<Result> {
	const { before, after } = change;
	let user = after;
	const fields = fieldsBack(change);
	const steps = STEPS[after.status][before.status] ?? [];
	const acts = [
		...(fields
			? [
					async (expectedVersion: number) =>
						(await run(UpdateUser, { input: { id: after.id, ...fields, expectedVersion } })).updateUser
				]
			: []),
		...steps.map(
			(step) => (expectedVersion: number) => setStatus(run, step, { id: after.id, expectedVersion })
		)
	];
	for (const act of acts) {
		const outcome = await act(version);
		if (outcome.__typename !== 'UserPayload') return { kind: 'refused', refusal: refusalOf(outcome) };
		({ user } = outcome);
		({ version } = user);
	}
	return { kind: acts.length ? 'changed' : 'already', user };
}
