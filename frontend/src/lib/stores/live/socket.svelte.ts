/** The one WebSocket of a page (graphql-transport-ws): opened when first needed, watched, renewed and opened again. */
import type { Client } from 'graphql-ws';
import { renewSession, sessionEnd } from '#lib/utils/graphql.ts';
import { Backoff } from './backoff.ts';

export type Connection = 'connecting' | 'open' | 'offline';

/** A session is renewed this long before its token ends, in milliseconds. */
export const RENEWAL_LEAD_MS = 30_000;
const RENEWAL_MIN_MS = 5_000;
const PING_MS = 10_000;
const PONG_MS = 5_000;
const PAUSE_MAX_MS = 10_000;
/** Sent by ourselves, to open the connection again with a renewed session. */
const TERMINATED = 4499;
/** The session has ended: connecting again would be refused. */
export const SESSION_ENDED = 4403;

interface Listener {
	/** Connected; `again` after an interruption that may have been missed. */
	opened(again: boolean): void;
	/** Disconnected; what is followed may miss something. */
	lost(): void;
	/** The session is over: nothing is tried again. */
	ended(expired: boolean): void;
}

export class Socket {
	connection = $state<Connection>('connecting');
	readonly backoff = new Backoff();
	stopped = false;
	readonly #listener: Listener;
	readonly #untilCookie: string;
	#client: Client | null = null;
	#loading: Promise<Client> | null = null;
	#wasOpen = false;
	#renewTimer: ReturnType<typeof setTimeout> | undefined;
	#pongTimer: ReturnType<typeof setTimeout> | undefined;

	/** `untilCookie` is the name of the cookie that says when the access token ends. */
	constructor(listener: Listener, untilCookie: string) {
		this.#listener = listener;
		this.#untilCookie = untilCookie;
	}

	/** Watches the network and the page; returns what closes the connection for good. */
	start(): () => void {
		const wake = () => this.backoff.skip();
		const lose = () => (this.connection = 'offline');
		addEventListener('online', wake);
		addEventListener('offline', lose);
		document.addEventListener('visibilitychange', wake);
		return () => {
			this.stopped = true;
			clearTimeout(this.#renewTimer);
			removeEventListener('online', wake);
			removeEventListener('offline', lose);
			document.removeEventListener('visibilitychange', wake);
			void this.#client?.dispose();
		};
	}

	client(): Promise<Client> {
		this.#loading ??= import('graphql-ws').then(({ createClient }) => {
			this.#client = createClient({
				url: () => this.#url(),
				keepAlive: PING_MS,
				retryAttempts: Number.MAX_SAFE_INTEGER,
				shouldRetry: () => !this.stopped,
				retryWait: (attempt) => this.backoff.pause(attempt, PAUSE_MAX_MS),
				on: {
					connected: () => this.#opened(),
					closed: (event) => this.#closed(event as CloseEvent),
					ping: (received) => {
						if (!received) this.#pongTimer = setTimeout(() => this.#client?.terminate(), PONG_MS);
					},
					pong: (received) => {
						if (received) clearTimeout(this.#pongTimer);
					}
				}
			});
			return this.#client;
		});
		return this.#loading;
	}

	/** New cookies, then a new connection that goes on from the cursors. */
	async renew(): Promise<void> {
		try {
			if (await renewSession()) this.#client?.terminate();
			else this.#end(true);
		} catch {
			// The API is unavailable: the socket notices by itself, and the next connection renews first.
		}
	}

	/** After a close that the client does not retry: whether it makes sense to subscribe again. */
	async recover(code: number): Promise<boolean> {
		if (this.stopped || code === SESSION_ENDED) return false;
		if (code === 4401 && (await renewSession().catch(() => null)) === false) this.#end(true);
		return !this.stopped;
	}

	async #url(): Promise<string> {
		const end = sessionEnd(this.#untilCookie);
		if (end !== null && end - RENEWAL_LEAD_MS < Date.now()) await renewSession().catch(() => false);
		const url = new URL('/graphql', location.href);
		url.protocol = url.protocol.replace('http', 'ws');
		return url.href;
	}

	#opened(): void {
		const end = sessionEnd(this.#untilCookie);
		clearTimeout(this.#renewTimer);
		if (end !== null) {
			const wait = Math.max(end - RENEWAL_LEAD_MS - Date.now(), RENEWAL_MIN_MS);
			this.#renewTimer = setTimeout(() => void this.renew(), wait);
		}
		const again = this.#wasOpen;
		this.#wasOpen = true;
		this.connection = 'open';
		this.#listener.opened(again);
	}

	#closed({ code }: CloseEvent): void {
		// A pong that is still awaited must not end the connection after this one.
		clearTimeout(this.#pongTimer);
		clearTimeout(this.#renewTimer);
		if (this.stopped) return;
		if (code === SESSION_ENDED) return this.#end(false);
		// With a renewed session it opens at once: there is nothing to see.
		if (code === TERMINATED && this.connection === 'open' && navigator.onLine) return;
		this.connection = 'offline';
		this.#listener.lost();
	}

	#end(expired: boolean): void {
		if (this.stopped) return;
		this.stopped = true;
		this.#listener.ended(expired);
	}
}
