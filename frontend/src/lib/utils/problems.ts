/** A refusal in the visitor's words. */
import type { Messages } from '#lib/messages/index.ts';

export interface Told {
	code: string;
	message: string;
	retryAfterSeconds?: number;
}

/** The catalogue's sentence; where the API's own says more (what exactly is not allowed), that one. */
export function tell(m: Messages, problem: Told): string {
	if (problem.code === 'RATE_LIMITED' && problem.retryAfterSeconds)
		return m.auth.wait(problem.retryAfterSeconds);
	const known: Record<string, string> = m.problem;
	return known[problem.code] ?? (problem.message || m.problem.UNKNOWN);
}
