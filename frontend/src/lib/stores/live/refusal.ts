/** What the end of a subscription means: try again, or accept that it was refused. */
import type { Problem } from '#lib/types/problem.ts';

/** Faults that pass by themselves; any other will be the same the next time. */
const TEMPORARY = new Set([
	'RATE_LIMITED',
	'UNAVAILABLE',
	'INTERNAL_ERROR',
	'UNAUTHENTICATED',
	'TOKEN_EXPIRED'
]);
/** The server did not understand us (graphql-transport-ws): a bad message, subprotocol, or a second id. */
const MISUNDERSTOOD = new Set([4400, 4406, 4409]);

interface GraphQLError {
	message: string;
	extensions?: { code?: string; retryAfter?: number };
}

/** Why the API refuses for good, or null where it makes sense to ask again. */
export function refusalOf(error: unknown): Problem | null {
	if (isClose(error))
		return MISUNDERSTOOD.has(error.code) ? { code: 'UNKNOWN', message: error.reason } : null;
	const [first] = errorsOf(error);
	const code = first?.extensions?.code ?? 'INTERNAL_ERROR';
	return first && !TEMPORARY.has(code) ? { code, message: first.message } : null;
}

/** How many milliseconds the API asked to wait, or 0. */
export function retryAfter(error: unknown): number {
	return (errorsOf(error)[0]?.extensions?.retryAfter ?? 0) * 1_000;
}

export function isClose(error: unknown): error is CloseEvent {
	return typeof error === 'object' && error !== null && 'code' in error && 'reason' in error;
}

function errorsOf(error: unknown): GraphQLError[] {
	return Array.isArray(error) ? (error as GraphQLError[]) : [];
}
