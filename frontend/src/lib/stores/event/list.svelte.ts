/** Events of the log, newest first. */
import type { EventRow, UserEventsData } from '#lib/graphql/documents.ts';
import type { EventOf } from '#lib/stores/live/live.svelte.ts';
import { Rows, type Hold } from '#lib/stores/rows.svelte.ts';

type Change = EventOf<UserEventsData>;

const SHOWN_MAX = 400;
const WAITING_MAX = 200;

export class EventList extends Rows<EventRow, Change> {
	/** `hold`: what the reader is doing; the page that shows the list sets it. */
	constructor(events: readonly EventRow[], hold: Hold, hasOlder = false) {
		super(events, {
			order: 'newestFirst',
			apply: (rows, { __typename, ...event }, missed) => rows.enter(event, missed),
			hold,
			shownMax: SHOWN_MAX,
			waitingMax: WAITING_MAX
		});
		this.hasMore = hasOlder;
	}

	/** The position to read older events from, or null where there are none. */
	get older(): string | null {
		return this.hasMore ? (this.rows.at(-1)?.stored.cursor ?? null) : null;
	}
}
