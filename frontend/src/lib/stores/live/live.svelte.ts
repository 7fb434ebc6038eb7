/**
 * What a page follows while it is open. `follow` owns all that the protocol asks of a subscription: the cursor, going on
 * from it after a break, reading again where that is not possible, and what to do when the API refuses.
 */
import { createContext } from 'svelte';
import { SvelteSet } from 'svelte/reactivity';
import {
	Presence as PresenceChanges,
	SessionNotices,
	type PresenceData,
	type SessionNoticeKind,
	type SessionNoticesData,
	type TypedDocument
} from '#lib/graphql/documents.ts';
import type { SignInReason } from '#lib/messages/types.ts';
import type { Problem } from '#lib/types/problem.ts';
import { Presence } from './presence.svelte.ts';
import { isClose, refusalOf, retryAfter } from './refusal.ts';
import { Socket } from './socket.svelte.ts';

/** `refused`: connected, but the API does not send the changes of this page. */
export type LiveState = 'connecting' | 'live' | 'catchingUp' | 'offline' | 'refused';

/** The longest pause before a subscription that failed is asked again, in milliseconds. */
const PAUSE_MAX_MS = 60_000;
/** What the server ends is begun again no sooner: a page that is read again meanwhile begins anew by itself. */
const FIRST_ATTEMPT = 2;

/** The reason shown on the sign-in page, as a key of its words. */
const REASONS: Readonly<Record<Exclude<SessionNoticeKind, 'EXPIRING'>, SignInReason>> = {
	DISABLED: 'account_disabled',
	ROLE_CHANGED: 'role_changed',
	SIGNED_OUT: 'session_revoked'
};

interface Message {
	readonly __typename: string;
	readonly cursor: string;
	readonly reason?: string;
}

/** The events of a feed, without the protocol's own messages. */
export type EventOf<Data> = Exclude<
	Data[keyof Data],
	{ __typename: 'Heartbeat' | 'FeedReady' | 'ResyncRequired' }
>;

export interface Handlers<Event> {
	/** `missed`: it happened while there was no connection. */
	event(event: Event, missed: boolean): void;
	/** The feed begins, or begins again: one without a cursor sends its snapshot first. */
	begin?(): void;
	/** The snapshot is complete. */
	ready?(): void;
	/** Something is missing that the log no longer has; the page is being read again. */
	resync?(reason: string): void;
	/** The API refuses to send this feed, and will not be asked again before the page is read anew. */
	refused?(problem: Problem): void;
}

interface Subscription<Data> {
	document: string;
	variables: Record<string, unknown>;
	/** Goes on from a cursor: after a break it is not current until it says so. */
	resumes: boolean;
	begin?(): void;
	next(data: Data): void;
	refused?(problem: Problem): void;
	/** Asks again. */
	retry?(): void;
}

type AnySubscription = Subscription<never>;

export class Live {
	readonly presence = new Presence();
	readonly #socket: Socket;
	readonly #signedOut: (reason: SignInReason) => void;
	readonly #reread: () => void;
	readonly #behind = new SvelteSet<object>();
	readonly #refused = new SvelteSet<AnySubscription>();
	// Bookkeeping that no page shows.
	/* eslint-disable svelte/prefer-svelte-reactivity */
	readonly #subscriptions = new Set<AnySubscription>();
	readonly #reconnected = new Set<() => void>();
	/** How often in a row each feed had to be read again. */
	readonly #resyncs = new Map<string, number>();
	/* eslint-enable svelte/prefer-svelte-reactivity */
	#notice: SessionNoticeKind | null = null;

	readonly state: LiveState = $derived.by(() => {
		if (this.#socket.connection === 'open' && this.#refused.size) return 'refused';
		if (this.#socket.connection === 'open') return this.#behind.size ? 'catchingUp' : 'live';
		return this.#socket.connection;
	});

	/**
	 * `signedOut` is called with the reason when the session ends; `reread` reads the page's data again; the cookie of
	 * the name `untilCookie` says when the access token ends.
	 */
	constructor(signedOut: (reason: SignInReason) => void, reread: () => void, untilCookie: string) {
		this.#signedOut = signedOut;
		this.#reread = reread;
		const listener = {
			opened: (again: boolean) => this.#opened(again),
			lost: () => this.#lost(),
			ended: (expired: boolean) => this.#ended(expired)
		};
		this.#socket = new Socket(listener, untilCookie);
	}

	/** Opens the socket; returns what closes it. */
	start(): () => void {
		const stops = [
			this.#socket.start(),
			this.#subscribe<PresenceData>({
				document: PresenceChanges,
				variables: {},
				resumes: false,
				next: ({ presence }) => this.presence.apply(presence.userId, presence.online)
			}),
			this.#subscribe<SessionNoticesData>({
				document: SessionNotices,
				variables: {},
				resumes: false,
				next: ({ sessionNotices: { kind } }) => {
					if (kind === 'EXPIRING') void this.#socket.renew();
					else this.#notice = kind;
				}
			})
		];
		return () => {
			for (const stop of stops) stop();
		};
	}

	/** Tries again now: to connect, and what was refused. */
	retryNow(): void {
		this.#socket.backoff.skip();
		for (const subscription of [...this.#refused]) {
			this.#refused.delete(subscription);
			subscription.retry?.();
		}
	}

	/** Calls `listener` once after each reconnection, until the returned function is called. */
	onReconnect(listener: () => void): () => void {
		this.#reconnected.add(listener);
		return () => this.#reconnected.delete(listener);
	}

	/** Follows a feed from `variables.after` on, until the returned function is called. */
	follow<Data, Variables extends { after?: string | null }>(
		document: TypedDocument<Data, Variables>,
		variables: Variables,
		handlers: Handlers<EventOf<Data>>
	): () => void {
		// The client sends this object again after a break: the cursor moves on in it.
		const given: Record<string, unknown> = { ...variables };
		const subscription: Subscription<Data> = {
			document,
			variables: given,
			resumes: true,
			begin: handlers.begin,
			refused: handlers.refused,
			next: (data) => {
				const [message] = Object.values(data as object) as [Message];
				given.after = message.cursor;
				if (message.__typename === 'ResyncRequired') {
					handlers.resync?.(message.reason ?? '');
					void this.#resync(document);
				} else if (message.__typename === 'FeedReady') handlers.ready?.();
				else if (message.__typename !== 'Heartbeat')
					return handlers.event(message as EventOf<Data>, this.#behind.has(subscription));
				else this.#resyncs.delete(document);
				this.#behind.delete(subscription);
			}
		};
		return this.#subscribe(subscription);
	}

	#subscribe<Data>(subscription: Subscription<Data>): () => void {
		let stop = () => {};
		let ended = false;
		let attempt = 0;
		const begin = async () => {
			const client = await this.#socket.client();
			if (ended) return;
			subscription.begin?.();
			stop = client.subscribe<Data>(
				{ query: subscription.document, variables: subscription.variables },
				{
					next: ({ data }) => {
						attempt = 0;
						if (data) subscription.next(data);
					},
					error: (error) => void again(error),
					complete: () => void again(null)
				}
			);
		};
		const again = async (error: unknown) => {
			if (ended) return;
			const problem = refusalOf(error);
			if (problem) return this.#refuse(subscription, problem);
			if (!(await this.#socket.recover(isClose(error) ? error.code : 0))) return;
			await Promise.all([
				this.#socket.backoff.pause(FIRST_ATTEMPT + attempt++, PAUSE_MAX_MS),
				this.#wait(retryAfter(error))
			]);
			if (!ended && !this.#socket.stopped) void begin();
		};
		subscription.retry = () => {
			attempt = 0;
			if (!ended) void begin();
		};
		this.#subscriptions.add(subscription as AnySubscription);
		void begin();
		return () => {
			ended = true;
			this.#subscriptions.delete(subscription as AnySubscription);
			this.#refused.delete(subscription as AnySubscription);
			this.#behind.delete(subscription);
			stop();
		};
	}

	#refuse<Data>(subscription: Subscription<Data>, problem: Problem): void {
		this.#behind.delete(subscription);
		this.#refused.add(subscription as AnySubscription);
		subscription.refused?.(problem);
	}

	/** Reads the page again: at once, and where that does not help ever less often. */
	async #resync(document: string): Promise<void> {
		const before = this.#resyncs.get(document) ?? 0;
		this.#resyncs.set(document, before + 1);
		if (before) await this.#socket.backoff.pause(before + FIRST_ATTEMPT, PAUSE_MAX_MS);
		if (!this.#socket.stopped) this.#reread();
	}

	#wait(milliseconds: number): Promise<void> {
		return new Promise((resolve) => setTimeout(resolve, milliseconds));
	}

	#opened(again: boolean): void {
		if (!again) return;
		for (const { begin } of this.#subscriptions) begin?.();
		for (const listener of [...this.#reconnected]) listener();
	}

	#lost(): void {
		for (const subscription of this.#subscriptions)
			if (subscription.resumes && !this.#refused.has(subscription)) this.#behind.add(subscription);
	}

	#ended(expired: boolean): void {
		const notice = this.#notice;
		if (expired) this.#signedOut('token_expired');
		else this.#signedOut(notice && notice !== 'EXPIRING' ? REASONS[notice] : REASONS.SIGNED_OUT);
	}
}

const [useLive, setLive] = createContext<Live>();

export { useLive };

export function createLive(...given: ConstructorParameters<typeof Live>): Live {
	return setLive(new Live(...given));
}
