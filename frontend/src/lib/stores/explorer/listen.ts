/** A subscription on a socket of its own, which ends with it: what it asks for cannot disturb the page's. */
import type { Request } from '#lib/utils/graphql.ts';

export interface Sink {
	next(message: unknown): void;
	/** `error` where it did not end by itself. */
	ended(error?: unknown): void;
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
		{ next: sink.next, error: (error) => sink.ended(payloadOf(error)), complete: () => sink.ended() }
	);
	return () => void client.dispose();
}

function payloadOf(error: unknown): unknown {
	if (Array.isArray(error)) return { errors: error };
	if (error instanceof CloseEvent) return { closed: error.code, reason: error.reason };
	return { errors: [{ message: error instanceof Error ? error.message : String(error) }] };
}
