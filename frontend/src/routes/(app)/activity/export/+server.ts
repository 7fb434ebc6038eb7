/** The audit log as CSV or NDJSON: the events that the address asks for, from the newest, page by page. */
import { Events, type EventRow } from '#lib/graphql/documents.ts';
import { download } from '#lib/server/download.ts';
import { pagesOf } from '#lib/server/lists.ts';
import { csvLine } from '#lib/utils/csv-line.ts';
import { activityExport, activityVariables } from '#lib/utils/event/address.ts';
import { boundsAt } from '#lib/utils/moments.ts';
import { writeLines } from '#lib/utils/ndjson.ts';
import type { RequestHandler } from './$types';

const PAGE = 100;

const record = (event: EventRow) => ({
	id: event.id,
	type: event.type,
	occurred_at: event.occurredAt,
	actor_id: event.actor?.id ?? null,
	actor_name: event.actor?.displayName ?? null,
	user_id: event.userId ?? null,
	user_name: event.user?.displayName ?? null,
	changes: event.changes,
	ip_address: event.ipAddress ?? null,
	request_id: event.requestId ?? null
});
type Event = ReturnType<typeof record>;
const COLUMNS: readonly (keyof Event)[] = [
	'id',
	'type',
	'occurred_at',
	'actor_id',
	'actor_name',
	'user_id',
	'user_name',
	'changes',
	'ip_address',
	'request_id'
];

function cell(event: Event, name: keyof Event): string {
	const value = event[name];
	return typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value);
}

export const GET: RequestHandler = async ({ locals, url }) => {
	const { format, ...query } = activityExport.parse(url.searchParams);
	const bounds = boundsAt({ timeZone: locals.timeZone, now: Date.now() });
	const read = async (after: string | null) =>
		(await locals.api.run(Events, activityVariables({ ...query, after, before: null }, bounds, PAGE))).events;
	const lines = (events: Event[]) =>
		format === 'ndjson'
			? writeLines(events)
			: events.map((event) => csvLine(COLUMNS.map((name) => cell(event, name)))).join('');
	// The first page before the headers: without the right, or the API, there is a page to say so instead.
	const first = await read(null);
	return download(
		'activity',
		format,
		(async function* () {
			if (format === 'csv') yield csvLine(COLUMNS);
			for await (const events of pagesOf(first, read)) yield lines(events.map(record));
		})()
	);
};
