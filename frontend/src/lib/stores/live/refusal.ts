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

interface Fault {
	message: string;
	extensions?: { code?: string; retryAfter?: number };
}

/** Why the API refuses for good, or null where it makes sense to ask again. */
export function refusalOf(fault: unknown): Problem | null {
	if (isClose(fault))
		return MISUNDERSTOOD.has(fault.code) ? { code: 'UNKNOWN', message: fault.reason } : null;
	const [first] = faults(fault);
	const code = first?.extensions?.code ?? 'INTERNAL_ERROR';
	return first && !TEMPORARY.has(code) ? { code, message: first.message } : null;
}

/** How many milliseconds the API asked to wait, or 0. */
export function retryAfter(fault: unknown): number {
	return (faults(fault)[0]?.extensions?.retryAfter ?? 0) * 1_000;
}

export function isClose(fault: unknown): fault is CloseEvent {
	return typeof fault === 'object' && fault !== null && 'code' in fault && 'reason' in fault;
}

function faults(fault: unknown): Fault[] {
	return Array.isArray(fault) ? (fault as Fault[]) : [];
}
