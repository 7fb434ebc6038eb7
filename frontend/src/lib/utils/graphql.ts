/** GraphQL from the browser, with the session's cookie; an expired session is renewed once on the way. */
import type { TypedDocument } from '#lib/graphql/documents.ts';

export class ApiError extends Error {
	constructor(
		readonly code: string,
		message: string
	) {
		super(message);
	}
}

/** The codes after which a request is worth another attempt with a renewed session. */
export const RENEWABLE: ReadonlySet<string> = new Set(['UNAUTHENTICATED', 'TOKEN_EXPIRED', 'TOKEN_INVALID']);
let renewal: Promise<boolean> | null = null;

/** When the access token ends, in milliseconds, or null if there is no cookie of this name. */
export function sessionEnd(name: string, cookie = document.cookie): number | null {
	const found = cookie.split('; ').find((pair) => pair.startsWith(`${name}=`));
	return found ? Number(found.slice(name.length + 1)) * 1000 : null;
}

/** Renews the session's cookies; false where there is no session to renew. Raises ApiError while nobody answers. */
export function renewSession(): Promise<boolean> {
	renewal ??= fetch('/session', { method: 'POST', headers: { accept: 'application/json' } })
		.then((response) => {
			if (response.status >= 500) throw new ApiError('UNAVAILABLE', 'The API cannot be reached');
			return response.ok;
		})
		.finally(() => (renewal = null));
	return renewal;
}

/** Runs an operation. Raises ApiError for whatever is no answer. */
export async function run<Data, Variables>(
	document: TypedDocument<Data, Variables>,
	variables: Variables,
	signal?: AbortSignal
): Promise<Data> {
	const first = await send<Data>(document, variables, signal);
	if (first.code && RENEWABLE.has(first.code) && (await renewSession())) {
		return unwrap(await send<Data>(document, variables, signal));
	}
	return unwrap(first);
}

interface Outcome<Data> {
	data?: Data | null;
	code?: string;
	message?: string;
}

function unwrap<Data>({ data, code, message }: Outcome<Data>): Data {
	if (code || data == null) throw new ApiError(code ?? 'INTERNAL_ERROR', message ?? 'The API sent no data');
	return data;
}

export interface Request {
	query: string;
	variables: unknown;
	operationName?: string | null;
}

export interface Answer<Data> {
	data?: Data | null;
	errors?: { message: string; extensions?: { code?: string } }[];
}

/** The whole answer to a request, whatever it is. Raises ApiError where there is none. */
export async function ask(request: Request, signal?: AbortSignal): Promise<Answer<unknown>> {
	try {
		const first = await post<unknown>(request, signal);
		const code = first.errors?.[0]?.extensions?.code;
		return code && RENEWABLE.has(code) && (await renewSession()) ? await post(request, signal) : first;
	} catch (error) {
		if (error instanceof ApiError || (error instanceof DOMException && error.name === 'AbortError'))
			throw error;
		throw new ApiError('UNAVAILABLE', 'The API cannot be reached');
	}
}

async function post<Data>(request: Request, signal?: AbortSignal): Promise<Answer<Data>> {
	const response = await fetch('/graphql', {
		method: 'POST',
		headers: { 'content-type': 'application/json', accept: 'application/json' },
		body: JSON.stringify(request),
		signal
	});
	return (await response.json()) as Answer<Data>;
}

async function send<Data>(query: string, variables: unknown, signal?: AbortSignal): Promise<Outcome<Data>> {
	try {
		const body = await post<Data>({ query, variables }, signal);
		const first = body.errors?.[0];
		return first
			? { code: first.extensions?.code ?? 'INTERNAL_ERROR', message: first.message }
			: { data: body.data };
	} catch (error) {
		if (error instanceof DOMException && error.name === 'AbortError') throw error;
		return { code: 'UNAVAILABLE', message: 'The API cannot be reached' };
	}
}
