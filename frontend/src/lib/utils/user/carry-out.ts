/** One action on one user over the version that was seen, and what came of it. */
import type { User } from '#lib/graphql/documents.ts';
import type { BulkRequest } from '#lib/types/actions.ts';
import type { Refusal } from '#lib/types/problem.ts';
import { refusalOf } from '#lib/utils/refusal.ts';
import { actOn, type Run } from './bulk.ts';
import { isAlready } from './plan.ts';

/** `already`: somebody else was quicker and did the same. */
export type Result =
	{ kind: 'changed'; user: User } | { kind: 'already'; user: User } | { kind: 'refused'; refusal: Refusal };

/** Changes nobody whom somebody else has changed since: what was confirmed was confirmed for that version. */
export async function carryOut(
	run: Run,
	seen: Pick<User, 'id' | 'version'>,
	request: BulkRequest
): Promise<Result> {
	const outcome = await actOn(run, seen.id, request, seen.version);
	if (outcome.__typename === 'UserPayload') {
		const { user } = outcome;
		return { kind: user.version > seen.version ? 'changed' : 'already', user };
	}
	const current = outcome.__typename === 'ConflictProblem' ? outcome.current : null;
	if (outcome.code === 'VERSION_CONFLICT' && current && isAlready(current, request))
		return { kind: 'already', user: current };
	return { kind: 'refused', refusal: refusalOf(outcome) };
}
