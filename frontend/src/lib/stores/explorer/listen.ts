/** A subscription on a socket of its own, which ends with it: what it asks for cannot disturb the page's. */
import type { Request } from '#lib/utils/graphql.ts';

export interface Sink {
	next(message: unknown): void;
	/** `fault` where it did not end by itself. */
	ended(fault?: unknown): void;
}

export async function listen(request: Request, sink: Sink): Promise<() => void> {
	const { createClient } = await import('graphql-ws');
	const url = new URL('/graphql', location.href);
	url.protocol = url.protocol.replace('http', 'ws');
	const client = createClient({ url: url.href, retryAttempts: 0 });
	client.subscribe(
		{
			query: request.query,
			variables: request.variables as Record<string, unknown>,
			operationName: request.operationName
		},
		{ next: sink.next, error: (fault) => sink.ended(told(fault)), complete: () => sink.ended() }
	);
	return () => void client.dispose();
}

function told(fault: unknown): unknown {
	if (Array.isArray(fault)) return { errors: fault };
	if (fault instanceof CloseEvent) return { closed: fault.code, reason: fault.reason };
	return { errors: [{ message: fault instanceof Error ? fault.message : String(fault) }] };
}
