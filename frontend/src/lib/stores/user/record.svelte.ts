/** All that a page holds of one user, and how the log and the page's own forms change it. */
import {
	UserAccess,
	UserHistory,
	UserHistoryFeed,
	type Access,
	type EventPage,
	type EventType,
	type SessionPage,
	type User
} from '#lib/graphql/documents.ts';
import { EventList } from '#lib/stores/event/list.svelte.ts';
import { ReadingState } from '#lib/stores/event/reading.svelte.ts';
import type { Live } from '#lib/stores/live/live.svelte.ts';
import { changedFrom } from './undo.ts';
import { Sessions } from '#lib/stores/session/list.svelte.ts';
import { run } from '#lib/utils/graphql.ts';
import type { Changed, Owner } from '#lib/types/actions.ts';
import { ProfileDraft, type RefusedProfile } from './draft.svelte.ts';
import { LiveUser, type UserEvent } from './user.svelte.ts';

/** After these the sessions and the ways to sign in are read again; the log does not say what they are now. */
const ACCESS_EVENTS: ReadonlySet<EventType> = new Set<EventType>([
	'SESSION_STARTED',
	'SESSION_REVOKED',
	'SESSION_REUSE_DETECTED',
	'PASSWORD_CHANGED',
	'PASSKEY_ADDED',
	'PASSKEY_REMOVED',
	'SECOND_FACTOR_ADDED',
	'SECOND_FACTOR_REMOVED',
	'EMAIL_CHANGE_REQUESTED',
	'EMAIL_VERIFIED',
	'USER_DISABLED',
	'USER_DELETED'
]);

/** Several reasons to read them within this many milliseconds read them once. */
const TOGETHER_MS = 150;

export interface UserRead {
	user: User;
	sessions: SessionPage;
	events?: EventPage;
	access?: Access;
}

export class UserRecord {
	/** Read once: it never changes, and an effect that follows the user must not begin anew with each of their versions. */
	readonly id: string;
	readonly subject: LiveUser;
	readonly draft: ProfileDraft;
	readonly sessions: Sessions;
	/** How the user signs in, as it was last read; null where it was not. */
	access = $state.raw<Access | null>(null);
	readonly viewerId: string;
	/** What the reader of the timeline is doing. */
	readonly reading = new ReadingState();
	timeline = $state.raw<EventList>() as EventList;
	#timer: ReturnType<typeof setTimeout> | undefined;

	/** `refused` is what a form held that the server did not take. */
	constructor(read: UserRead, viewerId: string, refused?: RefusedProfile) {
		this.id = read.user.id;
		this.subject = new LiveUser(read.user);
		this.draft = new ProfileDraft(read.user, refused);
		this.sessions = new Sessions(read.sessions);
		this.access = read.access ?? null;
		this.timeline = this.#listed(read.events);
		this.viewerId = viewerId;
	}

	/** Whether this is the viewer themselves. */
	get isSelf(): boolean {
		return this.id === this.viewerId;
	}

	/** Takes in an event of the feed; `missed` where it happened while there was no connection. */
	apply(event: UserEvent & { __typename: 'Event' }, missed: boolean): void {
		const own = this.subject.isOwn(event, this.viewerId);
		this.subject.apply(event, own);
		if (event.user && own) this.draft.rebase(event.user);
		else if (event.user && event.type.startsWith('USER_'))
			this.draft.receive(event.user, event.actor?.displayName ?? null);
		this.timeline.apply(event, missed);
		const email = event.changes.some(({ field }) => field === 'email');
		if (email || ACCESS_EVENTS.has(event.type)) this.readAccess();
	}

	/** Shows a change of one's own before the API has answered; call what is returned after the answer. */
	showChange(change: Partial<User> = {}): () => void {
		const ends = [this.subject.beginChange(), this.subject.showPending(change)];
		return () => ends.forEach((end) => end());
	}

	/** A form was refused; `current` is the user as they are now, where that is why. */
	notSaved(current: User | null | undefined): void {
		if (current) this.subject.update(current);
	}

	/** What one of the page's own forms made of the user. */
	saved(user: User): void {
		this.subject.update(user, false);
		this.draft.rebase(user);
	}

	/** Takes in here what an undo makes of the user. */
	readonly owner: Owner = { begin: () => this.showChange(), took: (user) => this.saved(user) };

	/** What of a change of rights may be taken back: nothing of one's own, for the rights to do that are gone. */
	undoable(before: User | null, after: User): Changed[] {
		return this.isSelf ? [] : changedFrom(before, after);
	}

	/** Takes in the page read anew. */
	refresh({ user, sessions, events, access }: UserRead): void {
		if (this.subject.update(user)) this.draft.receive(user, null);
		this.sessions.merge(sessions);
		if (access) this.access = access;
		if (events) this.timeline = this.#listed(events);
	}

	/** The events after a position of the timeline; null where the user is no longer to be seen. */
	async readOlder(after: string | null): Promise<EventPage | null> {
		return (await run(UserHistory, { id: this.id, after })).user?.events ?? null;
	}

	/** Reads how and where the user is signed in; several calls in a row read once. */
	readAccess(): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => {
			run(UserAccess, { id: this.id }).then(
				({ user }) => {
					if (!user) return;
					const { sessions, ...access } = user;
					this.sessions.merge(sessions);
					this.access = access;
				},
				() => {}
			);
		}, TOGETHER_MS);
	}

	/** Follows the log about this user from a position on, until the returned function is called. */
	follow(live: Live, after: string): () => void {
		const stops = [
			live.follow(
				UserHistoryFeed,
				{ filter: { userId: this.id }, after },
				{
					event: (event, missed) => this.apply(event, missed)
				}
			),
			// Presence and sessions are not in the log.
			live.onReconnect(() => {
				this.readAccess();
				void live.presence.refresh([this.id]);
			})
		];
		return () => {
			for (const stop of stops) stop();
			clearTimeout(this.#timer);
		};
	}

	#listed(page?: EventPage): EventList {
		const events = page?.edges.map((edge) => edge.node) ?? [];
		return new EventList(events, this.reading, page?.pageInfo.hasNextPage);
	}
}
