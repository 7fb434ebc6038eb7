/**
 * The one socket of a page: who is online, what became of the session, and any number of feeds that resume by their
 * cursor after sleep, restart or a renewed session.
 */
import { createContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { Client } from 'graphql-ws';
import {
	Presence,
	SessionNotices,
	type SessionNoticeKind,
	type TypedDocument
} from '#lib/graphql/documents.ts';
import { renewSession, sessionEnd } from '#lib/utils/graphql.ts';

export type LiveState = 'connecting' | 'live' | 'catchingUp' | 'offline';

/** A session is renewed this long before its token ends, in milliseconds. */
const EARLY_MS = 30_000;
const PING_MS = 10_000;
const PONG_MS = 5_000;
const WAIT_MAX_MS = 10_000;
/** As long a pause as before this many-th attempt: the page is being read again meanwhile, and may begin anew itself. */
const RESYNC_TRIES = 2;

export interface Feed<Data, Variables> {
	document: TypedDocument<Data, Variables>;
	/**
	 * Moved along by the caller (`variables.after`), so that a new connection goes on from there, and so does the next
	 * subscription where the server ends this one (ResyncRequired).
	 */
	variables: Variables;
	/** Whether it goes on from a cursor: after a break it is not current until `next` says so. */
	resumes?: boolean;
	/** True where this message means that nothing older is missing. */
	next(data: Data): boolean | void;
}

export class Live {
	state = $state<LiveState>('connecting');
	/** Who came or went since the page was read. */
	presence = new SvelteMap<string, boolean>();
	/** How often the connection came back; pages read again what is not in the log. */
	returns = $state(0);
	#signedOut: (reason: string) => void;
	#client: Client | null = null;
	#loading: Promise<Client> | null = null;
	// Bookkeeping that no page shows: `state` is what they see.
	/* eslint-disable svelte/prefer-svelte-reactivity */
	#catchingUp = new Set<object>();
	#feeds = new Set<{ resumes?: boolean }>();
	/** Who waits for the next attempt. */
	#waiting = new Set<() => void>();
	/* eslint-enable svelte/prefer-svelte-reactivity */
	#notice: SessionNoticeKind | null = null;
	#wasLive = false;
	#stopped = false;
	#renewTimer: ReturnType<typeof setTimeout> | undefined;

	constructor(signedOut: (reason: string) => void) {
		this.#signedOut = signedOut;
	}

	isOnline(user: { id: string; online: boolean }): boolean {
		return this.presence.get(user.id) ?? user.online;
	}

	/** Opens the socket; returns what closes it. */
	start(): () => void {
		const wake = () => this.retryNow();
		const stops = [
			this.follow({
				document: Presence,
				variables: {},
				next: ({ presence }) => void this.presence.set(presence.userId, presence.online)
			}),
			this.follow({
				document: SessionNotices,
				variables: {},
				next: ({ sessionNotices: { kind } }) => {
					if (kind === 'EXPIRING') void this.#renew();
					else this.#notice = kind;
				}
			})
		];
		addEventListener('online', wake);
		addEventListener('offline', this.#lost);
		document.addEventListener('visibilitychange', wake);
		return () => {
			this.#stopped = true;
			clearTimeout(this.#renewTimer);
			removeEventListener('online', wake);
			removeEventListener('offline', this.#lost);
			document.removeEventListener('visibilitychange', wake);
			for (const stop of stops) stop();
			void this.#client?.dispose();
		};
	}

	/** Stops waiting for the next attempt. */
	retryNow(): void {
		for (const go of [...this.#waiting]) go();
	}

	/** Follows a subscription until the returned function is called. */
	follow<Data, Variables>(feed: Feed<Data, Variables>): () => void {
		let stop = () => {};
		let ended = false;
		this.#feeds.add(feed);
		const begin = async () => {
			const client = await this.#connect();
			if (ended) return;
			stop = client.subscribe<Data>(
				{ query: feed.document, variables: feed.variables as Record<string, unknown> },
				{
					next: ({ data }) => {
						if (data && feed.next(data)) this.#caughtUp(feed);
					},
					error: async (fault) => {
						if ((await this.#recover(fault)) && !ended) void begin();
					},
					complete: async () => {
						if (ended || this.#stopped) return;
						await this.#pause(RESYNC_TRIES);
						if (!ended && !this.#stopped) void begin();
					}
				}
			);
		};
		void begin();
		return () => {
			ended = true;
			this.#feeds.delete(feed);
			this.#caughtUp(feed);
			stop();
		};
	}

	#caughtUp(feed: object): void {
		this.#catchingUp.delete(feed);
		if (this.state === 'catchingUp' && this.#catchingUp.size === 0) this.state = 'live';
	}

	#connect(): Promise<Client> {
		this.#loading ??= import('graphql-ws').then(({ createClient }) => {
			let pong: ReturnType<typeof setTimeout> | undefined;
			this.#client = createClient({
				url: async () => {
					const end = sessionEnd();
					if (end !== null && end - EARLY_MS < Date.now()) await renewSession().catch(() => false);
					const url = new URL('/graphql', location.href);
					url.protocol = url.protocol.replace('http', 'ws');
					return url.href;
				},
				keepAlive: PING_MS,
				retryAttempts: Number.MAX_SAFE_INTEGER,
				shouldRetry: () => !this.#stopped,
				retryWait: (tries) => this.#pause(tries),
				on: {
					connected: () => this.#opened(),
					closed: (event) => {
						// An answer that is still awaited must not end the connection after this one.
						clearTimeout(pong);
						this.#closed(event as CloseEvent);
					},
					ping: (received) => {
						if (!received) pong = setTimeout(() => this.#client?.terminate(), PONG_MS);
					},
					pong: (received) => {
						if (received) clearTimeout(pong);
					}
				}
			});
			return this.#client;
		});
		return this.#loading;
	}

	#opened(): void {
		const end = sessionEnd();
		clearTimeout(this.#renewTimer);
		if (end !== null)
			this.#renewTimer = setTimeout(() => void this.#renew(), Math.max(end - EARLY_MS - Date.now(), 5_000));
		if (this.#wasLive) this.returns += 1;
		this.#wasLive = true;
		this.state = this.#catchingUp.size ? 'catchingUp' : 'live';
	}

	#lost = (): void => {
		this.state = 'offline';
	};

	#closed(event: CloseEvent): void {
		if (this.#stopped) return;
		clearTimeout(this.#renewTimer);
		if (event.code === 4403) return this.#endSession(event.reason);
		// A renewed session reconnects at once: nothing to see.
		if (event.code === 4499 && this.state === 'live' && navigator.onLine) return;
		for (const feed of this.#feeds) if (feed.resumes) this.#catchingUp.add(feed);
		this.state = 'offline';
	}

	#endSession(reason: string): void {
		this.#stopped = true;
		const told = {
			DISABLED: 'account_disabled',
			ROLE_CHANGED: 'role_changed',
			SIGNED_OUT: 'session_revoked'
		};
		const kind = this.#notice && this.#notice !== 'EXPIRING' ? told[this.#notice] : undefined;
		this.#signedOut(kind ?? (/disabled/i.test(reason) ? 'account_disabled' : 'session_revoked'));
	}

	/** New cookies, then a new connection that goes on from the cursors. */
	async #renew(): Promise<void> {
		try {
			if (await renewSession()) this.#client?.terminate();
			else this.#signedOut('token_expired');
		} catch {
			// Nobody answers: the socket will find out by itself, and the next connection renews first.
		}
	}

	/** After an end that the client does not retry: true when it makes sense to subscribe again. */
	async #recover(fault: unknown): Promise<boolean> {
		if (this.#stopped) return false;
		const code = fault instanceof CloseEvent ? fault.code : 0;
		if (code === 4403) return false;
		if (code === 4401) {
			const renewed = await renewSession().catch(() => null);
			if (renewed === false) {
				this.#stopped = true;
				this.#signedOut('token_expired');
				return false;
			}
		}
		await this.#pause(3);
		return !this.#stopped;
	}

	/** Waits before another attempt: longer each time, never the same for all, cut short by `retryNow`. */
	#pause(tries: number): Promise<void> {
		const longest = Math.min(WAIT_MAX_MS, 300 * 2 ** tries);
		return new Promise((resolve) => {
			const go = () => {
				clearTimeout(timer);
				this.#waiting.delete(go);
				resolve();
			};
			const timer = setTimeout(go, longest * (0.5 + Math.random() / 2));
			this.#waiting.add(go);
		});
	}
}

const [useLive, setLive] = createContext<Live>();

export { useLive };

export function createLive(signedOut: (reason: string) => void): Live {
	return setLive(new Live(signedOut));
}
