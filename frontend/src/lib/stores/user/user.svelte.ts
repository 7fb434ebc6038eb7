/** One user as their page shows them, kept current by the log: newer versions replace older ones where they stand. */
import type { Actor, EventRow, User } from '#lib/graphql/documents.ts';

/** An event of the feed, with the user as they are after it; null where they are gone. */
export type UserEvent = EventRow & { user: User | null };

export class LiveUser {
	user = $state.raw<User>() as User;
	/** Grows with every change from elsewhere: the page glows once for each. */
	changes = $state(0);
	/** Erased, or no longer for these eyes. */
	gone = $state<'erased' | 'hidden' | null>(null);
	/** Who was the last to change them from elsewhere; null for the system. */
	by = $state.raw<Actor | null>(null);
	#acting = 0;

	constructor(user: User) {
		this.user = user;
	}

	/** A newer version; older ones change nothing. Returns whether something changed. */
	update(user: User, glow = true): boolean {
		if (user.version < this.user.version) return false;
		const differs = user.version > this.user.version;
		this.user = user;
		this.gone = null;
		if (differs && glow) this.changes += 1;
		return differs;
	}

	/** Whether an event is what this page itself has just asked for. */
	isOwn(event: UserEvent, viewerId: string): boolean {
		return this.#acting > 0 && event.actor?.id === viewerId;
	}

	/** Takes in an event of the feed; what is the page's own does not glow. Returns whether something changed. */
	apply(event: UserEvent, own = false): boolean {
		if (!event.user) {
			if (own) return false;
			this.gone = event.type === 'USER_ERASED' ? 'erased' : 'hidden';
			this.by = event.actor;
			return true;
		}
		const changed = this.update(event.user, !own);
		if (changed && !own) this.by = event.actor;
		return changed;
	}

	/** From here until the returned function is called, events of the viewer's are taken for this page's own. */
	act(): () => void {
		this.#acting += 1;
		let open = true;
		return () => {
			if (open) this.#acting -= 1;
			open = false;
		};
	}

	/** Shows a change before the API has confirmed it; returns what takes it back. */
	expect(change: Partial<User>): () => void {
		const before = this.user;
		const expected = { ...before, ...change };
		this.user = expected;
		return () => {
			if (this.user === expected) this.user = before;
		};
	}
}
