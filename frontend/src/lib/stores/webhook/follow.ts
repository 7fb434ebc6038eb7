/**
 * When a page of webhooks is read again. Deliveries are not in the log: they change when an event of the log is sent, and
 * while one of them waits for its next attempt.
 */
import { UserEvents, type EventType } from '#lib/graphql/documents.ts';
import type { Live } from '#lib/stores/live/live.svelte.ts';

export const ENDPOINT_EVENTS: readonly EventType[] = [
	'WEBHOOK_ENDPOINT_CREATED',
	'WEBHOOK_ENDPOINT_UPDATED',
	'WEBHOOK_ENDPOINT_DELETED',
	'WEBHOOK_SECRET_ROTATED'
];
/** Events within this many milliseconds read the page once; by then the first attempt is likely over. */
const TOGETHER_MS = 500;
/** Milliseconds after which a page with a delivery that waits is read again. */
const WAITING_MS = 5_000;

/** Reads after changes of endpoints, and after events of these types, or any without them; ends with the returned function. */
export function followWebhooks(
	live: Live,
	types: readonly EventType[] | null,
	after: string,
	read: () => void
) {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const own = ENDPOINT_EVENTS.filter((type) => !types?.includes(type));
	const filter = types ? { types: [...types, ...own] } : {};
	const stop = live.follow(
		UserEvents,
		{ filter, after },
		{
			event() {
				timer ??= setTimeout(() => {
					timer = undefined;
					read();
				}, TOGETHER_MS);
			}
		}
	);
	return () => {
		stop();
		clearTimeout(timer);
	};
}

/** Reads again and again while the page is in view; ends with the returned function. */
export function readWhileWaiting(read: () => void): () => void {
	const timer = setInterval(() => {
		if (!document.hidden) read();
	}, WAITING_MS);
	return () => clearInterval(timer);
}
