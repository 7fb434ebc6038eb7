/** All that a page holds of one user, and how the log and the page's own forms change it. */
import { invalidate, refreshAll } from '$app/navigation';
import {
	UsersById,
	UserHistory,
	UserHistoryFeed,
	UserSessions,
	type EventPage,
	type EventType,
	type User,
	type SessionPage,
	type Viewer
} from '#lib/graphql/documents.ts';
import { run } from '#lib/utils/graphql.ts';
import { EventList, Reader } from '#lib/stores/event/list.svelte.ts';
import { ProfileDraft, type RefusedProfile } from './draft.svelte.ts';
import type { Live } from '#lib/stores/live/live.svelte.ts';
import { LiveUser, type UserEvent } from './user.svelte.ts';
import { Sessions } from '#lib/stores/session/list.svelte.ts';

/** After these the list of sessions is read again; the log does not say which one it was. */
const SESSION_EVENTS = new Set<EventType>([
	'SESSION_STARTED',
	'SESSION_REVOKED',
	'SESSION_REUSE_DETECTED',
	'PASSWORD_CHANGED',
	'USER_DISABLED',
	'USER_DELETED'
]);

const TOGETHER_MS = 150;

export interface UserRead {
	user: User;
	sessions: SessionPage;
	events?: EventPage;
}

export class UserRecord {
	readonly subject: LiveUser;
	readonly draft: ProfileDraft;
	readonly sessions: Sessions;
	readonly viewerId: string;
	/** What the reader of the timeline is doing. */
	readonly reader = new Reader();
	timeline = $state.raw<EventList>() as EventList;
	#timer: ReturnType<typeof setTimeout> | undefined;

	/** `refused` is what a form held that the server did not take. */
	constructor(read: UserRead, viewerId: string, refused?: RefusedProfile) {
		this.subject = new LiveUser(read.user);
		this.draft = new ProfileDraft(read.user, refused);
		this.sessions = new Sessions(read.sessions);
		this.timeline = this.#listed(read.events);
		this.viewerId = viewerId;
	}

	/** Takes in an event of the feed; `missed` where it happened while there was no connection. */
	hear(event: UserEvent & { __typename: 'Event' }, missed: boolean): void {
		const own = this.subject.isOwn(event, this.viewerId);
		this.subject.apply(event, own);
		if (event.user && own) this.draft.follow(event.user);
		else if (event.user && event.type.startsWith('USER_'))
			this.draft.receive(event.user, event.actor?.displayName ?? null);
		this.timeline.apply(event, missed);
		if (SESSION_EVENTS.has(event.type)) this.readSessions();
	}

	/** What one of the page's own forms made of the user. */
	written(user: User): void {
		this.subject.update(user, false);
		this.draft.follow(user);
	}

	/** Takes in the page read anew. */
	refresh({ user, sessions, events }: UserRead): void {
		if (this.subject.update(user)) this.draft.receive(user, null);
		this.sessions.merge(sessions);
		if (events) this.timeline = this.#listed(events);
	}

	#listed(page?: EventPage): EventList {
		const events = page?.edges.map((edge) => edge.node) ?? [];
		return new EventList(events, null, this.reader, page?.pageInfo.hasNextPage);
	}

	/** The events after a position of the timeline; null where the user is no longer to be seen. */
	async readOlder(after: string | null): Promise<EventPage | null> {
		return (await run(UserHistory, { id: this.subject.user.id, after })).user?.events ?? null;
	}

	/** Reads where the user is signed in; several calls in a row read once. */
	readSessions(): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => {
			run(UserSessions, { id: this.subject.user.id }).then(
				({ user }) => user && this.sessions.merge(user.sessions),
				() => {}
			);
		}, TOGETHER_MS);
	}

	stop(): void {
		clearTimeout(this.#timer);
	}
}

/** Keeps a record current for as long as its component lives; called while the component is made. */
export function followRecord(
	live: Live,
	record: UserRecord,
	read: () => { cursor: string; viewer: Viewer }
): void {
	const id = record.subject.user.id;
	const cursor = $derived(read().cursor);
	const viewer = $derived(read().viewer);

	$effect(() => {
		const variables = { filter: { userId: id }, after: cursor };
		const stop = live.follow({
			document: UserHistoryFeed,
			variables,
			resumes: true,
			next: ({ userEvents: message }) => {
				variables.after = message.cursor;
				if (message.__typename === 'ResyncRequired') void refreshAll();
				if (message.__typename !== 'Event') return true;
				record.hear(message, live.state !== 'live');
				return false;
			}
		});
		return () => {
			stop();
			record.stop();
		};
	});

	// Presence and sessions are not in the log: after a break they are read again.
	$effect(() => {
		if (live.returns === 0) return;
		record.readSessions();
		run(UsersById, { ids: [id] }).then(
			({ nodes: [node] }) => {
				if (node?.__typename === 'User') live.presence.set(node.id, node.online);
			},
			() => {}
		);
	});

	// One's own name and role stand beside every page.
	$effect(() => {
		if (viewer.id === id && record.subject.user.version > viewer.version) void invalidate('app:viewer', true);
	});
}
