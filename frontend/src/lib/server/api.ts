/** Typed GraphQL over HTTP from the server, with the visitor's cookies; an expired session is renewed on the way. */
import { env } from 'node:process';
import { redirect, type RequestEvent } from '@sveltejs/kit';
import {
	RefreshSession,
	SignOut,
	type RefreshSessionData,
	type SignOutData,
	type TypedDocument
} from '#lib/graphql/documents.ts';
import type { SignInReason } from '#lib/messages/types.ts';
import { fromBeginning } from '#lib/utils/address.ts';
import { secondFactor } from '#lib/utils/enrol-address.ts';
import { signIn } from '#lib/utils/entry-address.ts';
import {
	UNTIL_COOKIE,
	cookieHeader,
	forget,
	hasOwnSession,
	passOn,
	refreshToken,
	sentCookies
} from './cookies.ts';
import { post } from './post.ts';
import { pageError } from './status.ts';

export const API_URL = env.API_URL ?? 'http://127.0.0.1:8000';
/** Lets the API believe what we say of the visitor. */
const PROXY_HEADERS: Record<string, string> = env.PROXY_TOKEN ? { 'x-proxy-token': env.PROXY_TOKEN } : {};
const GRAPHQL = new URL('/graphql', API_URL);
const TIMEOUT_MS = 15_000;
/** Ten times what the import of the largest file takes that a form may have. */
const UPLOAD_TIMEOUT_MS = 300_000;
/** An access token this close to its end, in seconds, is renewed before it is used. */
const RENEW_BEFORE_SECONDS = 20;
/** The codes that mean there is no session any more, and the reason that the sign-in page gives; '' gives none. */
export const SIGNED_OUT: Readonly<Partial<Record<string, SignInReason | ''>>> = {
	UNAUTHENTICATED: '',
	TOKEN_EXPIRED: 'token_expired',
	TOKEN_INVALID: 'token_invalid',
	SESSION_REVOKED: 'session_revoked',
	ACCOUNT_DISABLED: 'account_disabled'
};

interface GraphQLError {
	message: string;
	extensions?: { code?: string; requestId?: string };
}

interface Answer<Data> {
	data?: Data | null;
	errors?: GraphQLError[];
	setCookie: string[];
	requestId: string | null;
	position: string | null;
}

interface Renewal {
	setCookie: string[];
	until: number | null;
}

export class Api {
	#event: RequestEvent;
	#cookie: string;
	/** Shared by the loads of one page. Requests share nothing: the API answers them with the same successor. */
	#renewing: Promise<Renewal | null> | undefined;
	/** The Set-Cookie headers by which the API deletes the cookies of a session that it has refused or ended. */
	readonly #deletions: string[] = [];
	/** The API's code of why the last renewal failed. */
	reason: string | undefined;

	constructor(event: RequestEvent) {
		this.#event = event;
		this.#cookie = sentCookies(event.request);
	}

	/** Whether the visitor brought a session, be it good or not. */
	get hasSession(): boolean {
		return this.#cookie !== '';
	}

	/**
	 * Runs an operation, which shows at least a position where one is given. Redirects to sign-in without a session,
	 * and to enrolment where a second factor has to be set up first; raises 403, 429, 502 or 503 otherwise.
	 */
	async run<Data, Variables>(
		document: TypedDocument<Data, Variables>,
		variables: Variables,
		position?: string
	): Promise<Data> {
		return this.#take(await this.#ask(document, variables, position));
	}

	/** Like `run`, with the position that what was read shows at least: who follows the log from it misses nothing. */
	async read<Data, Variables>(
		document: TypedDocument<Data, Variables>,
		variables: Variables
	): Promise<{ data: Data; position: string }> {
		const answer = await this.#ask(document, variables);
		const data = this.#take(answer);
		if (needsSession(answer)) this.signIn(this.reason ?? 'SESSION_REVOKED');
		if (!answer.position) this.#missing('position', answer.requestId);
		return { data, position: answer.position };
	}

	/** Like `run`, for an operation that starts or ends a session: nothing is renewed before it. */
	async runOnce<Data, Variables>(
		document: TypedDocument<Data, Variables>,
		variables: Variables
	): Promise<Data> {
		return this.#take(await this.#send<Data>(document, variables));
	}

	/**
	 * Ends the session. Answers null, or the API's code of why there was none to end; raises 502 or 503 where it was
	 * not ended, and then the cookies stay.
	 */
	async signOut(): Promise<string | null> {
		const answer = await this.#send<SignOutData>(SignOut, {});
		this.#deletions.push(...answer.setCookie);
		const { signOut } = answer.data ?? {};
		if (signOut?.__typename === 'Done') return null;
		const code = signOut?.code ?? answer.errors?.[0]?.extensions?.code ?? 'INTERNAL_ERROR';
		if (code in SIGNED_OUT) return code;
		this.#raise(
			answer.errors ?? [{ message: signOut?.message ?? code, extensions: { code } }],
			answer.requestId
		);
	}

	/** Asks, with a session that is renewed where it has to be. */
	async #ask<Data, Variables>(
		document: TypedDocument<Data, Variables>,
		variables: Variables,
		position?: string
	): Promise<Answer<Data>> {
		if (this.#isEnding()) await this.renew();
		const answer = await this.#send<Data>(document, variables, position);
		const again = needsSession(answer) && (await this.renew());
		return again ? this.#send<Data>(document, variables, position) : answer;
	}

	#take<Data>(answer: Answer<Data>): Data {
		passOn(this.#event.cookies, answer.setCookie);
		if (answer.errors?.length) {
			this.#deletions.push(...answer.setCookie);
			this.#raise(answer.errors, answer.requestId);
		}
		return answer.data ?? this.#missing('data', answer.requestId);
	}

	#missing(what: string, requestId: string | null): never {
		pageError('INTERNAL_ERROR', `The API sent no ${what}`, requestId ?? undefined);
	}

	/** Takes note of when the access token ends, so that it is renewed in time. */
	noteExpiry(at: string): void {
		this.#setUntil(Math.floor(Date.parse(at) / 1000));
	}

	/** Trades the refresh token for new cookies. False where there is none, or it is refused. */
	async renew(): Promise<boolean> {
		if (!refreshToken(this.#event.cookies)) return false;
		const done = await (this.#renewing ??= this.#renewal());
		if (!done) return false;
		passOn(this.#event.cookies, done.setCookie);
		if (done.until) this.#setUntil(done.until);
		this.#cookie = cookieHeader(this.#event.cookies);
		return true;
	}

	async #renewal(): Promise<Renewal | null> {
		const { data, errors, setCookie } = await this.#send<RefreshSessionData>(RefreshSession, {});
		const result = data?.refreshSession;
		if (result?.__typename === 'SessionPayload') {
			return { setCookie, until: Math.floor(Date.parse(result.accessTokenExpiresAt) / 1000) };
		}
		this.reason = result?.code ?? errors?.[0]?.extensions?.code;
		this.#deletions.push(...setCookie);
		return null;
	}

	#isEnding(): boolean {
		const until = Number(this.#event.cookies.get(UNTIL_COOKIE) ?? 0);
		return until > 0 && until - RENEW_BEFORE_SECONDS < Date.now() / 1000;
	}

	#setUntil(seconds: number): void {
		const secure = this.#event.url.protocol === 'https:';
		this.#event.cookies.set(UNTIL_COOKIE, String(seconds), {
			path: '/',
			httpOnly: false,
			sameSite: 'lax',
			secure,
			maxAge: 30 * 86_400
		});
	}

	/** Sends a file to a path of the API on behalf of the visitor; the response is streamed. Raises 503. */
	async upload(path: string, body: Blob, type: string): Promise<Response> {
		if (this.#isEnding()) await this.renew();
		const headers = { ...this.#headers(), 'content-type': type, origin: this.#event.url.origin };
		const signal = AbortSignal.timeout(UPLOAD_TIMEOUT_MS);
		return fetch(new URL(path, API_URL), { method: 'POST', headers, body, signal }).catch(() =>
			pageError('UNAVAILABLE', 'The API cannot be reached', this.#event.locals.requestId)
		);
	}

	/** The headers that identify the visitor, and this console as their proxy. */
	#headers() {
		const { request, locals, url } = this.#event;
		return {
			cookie: this.#cookie,
			'user-agent': request.headers.get('user-agent') ?? '',
			'accept-language': locals.locale,
			'x-forwarded-for': this.#event.getClientAddress(),
			'x-forwarded-proto': url.protocol.slice(0, -1),
			'x-forwarded-host': url.host,
			'x-request-id': locals.requestId,
			...PROXY_HEADERS
		};
	}

	async #send<Data>(query: string, variables: unknown, position?: string): Promise<Answer<Data>> {
		const { locals } = this.#event;
		const asking = {
			...this.#headers(),
			'content-type': 'application/json',
			accept: 'application/json',
			...(position ? { 'rollcall-read-after': position } : {})
		};
		try {
			const { body, headers } = await post(GRAPHQL, asking, JSON.stringify({ query, variables }), TIMEOUT_MS);
			const { data, errors } = body as Partial<Answer<Data>>;
			return {
				data,
				errors,
				setCookie: headers['set-cookie'] ?? [],
				requestId: one(headers['x-request-id']),
				position: one(headers['rollcall-position'])
			};
		} catch {
			pageError('UNAVAILABLE', 'The API cannot be reached', locals.requestId);
		}
	}

	#raise(errors: GraphQLError[], requestId: string | null): never {
		const first = errors[0]!;
		const code = first.extensions?.code ?? 'INTERNAL_ERROR';
		if (code in SIGNED_OUT) this.signIn(this.reason ?? code);
		if (code === 'ENROLMENT_REQUIRED') this.enrol();
		if (code === 'VALIDATION_ERROR') this.#leaveInvalidPosition();
		const id = first.extensions?.requestId ?? requestId ?? this.#event.locals.requestId;
		pageError(code, first.message, id);
	}

	/** A position that the API refuses is mangled, or of another log: the list is shown from its beginning. */
	#leaveInvalidPosition(): void {
		const { request, url } = this.#event;
		const beginning = request.method === 'GET' ? fromBeginning(url) : null;
		if (beginning) redirect(307, beginning);
	}

	/** Forgets a session that the API has refused or ended. */
	forget(): void {
		forget(this.#event.cookies, this.#deletions, this.#event.url.pathname);
	}

	/** Sends the visitor to sign in, and back to where they were. */
	signIn(code = 'UNAUTHENTICATED'): never {
		const reason = (hasOwnSession(this.#cookie) && SIGNED_OUT[code]) || '';
		this.forget();
		redirect(303, signIn.href({ next: this.#here, reason }));
	}

	/** Sends the visitor to set up the second factor that is required of them, and back to where they were. */
	enrol(): never {
		redirect(303, secondFactor.href({ next: this.#here }));
	}

	get #here(): string {
		const { url, request } = this.#event;
		return request.method === 'GET' ? url.pathname + url.search : url.pathname;
	}
}

const one = (header: string | string[] | undefined) => (header ? String(header) : null);

function needsSession(answer: Answer<unknown>): boolean {
	if (answer.errors?.some((one) => (one.extensions?.code ?? '') in SIGNED_OUT)) return true;
	const data = answer.data as { me?: unknown } | null | undefined;
	return data != null && 'me' in data && data.me === null;
}
