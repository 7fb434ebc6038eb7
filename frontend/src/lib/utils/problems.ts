/** A refusal in the visitor's words. */
import type { EntryMessages } from '#lib/messages/types.ts';
import type { Refusal, Told } from '#lib/types/refusal.ts';

/** The catalogue's sentence; where the API's own says more (what exactly is not allowed), that one. */
export function tell(m: EntryMessages, problem: Told): string {
	if (problem.code === 'RATE_LIMITED' && problem.retryAfterSeconds)
		return m.auth.wait(problem.retryAfterSeconds);
	const known: Record<string, string> = m.problem;
	const faults: Record<string, string> = m.fault;
	const fault = problem.field && faults[problem.field];
	if (fault) return fault;
	return known[problem.code] ?? (problem.message || m.problem.UNKNOWN);
}

/** What is wrong with one field of a refused form, or undefined. */
export function tellField(
	m: EntryMessages,
	refused: Refusal | null | undefined,
	field: string
): string | undefined {
	if (refused?.code === 'EMAIL_TAKEN' && field === 'email') return m.problem.EMAIL_TAKEN;
	const said = refused?.fields[field];
	const known: Record<string, string> = m.fault;
	return said && (known[field] ?? said);
}

/** What is wrong with a refused form as a whole; null where its fields say it all. */
export function tellForm(m: EntryMessages, refused: Refusal | null | undefined): string | null {
	if (!refused || refused.code === 'EMAIL_TAKEN') return null;
	if (Object.keys(refused.fields).some((field) => field in m.fault)) return null;
	return tell(m, refused);
}
