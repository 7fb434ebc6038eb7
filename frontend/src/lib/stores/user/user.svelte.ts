/** One user as their page shows them, kept current by the log: newer versions replace older ones where they stand. */
import type { Actor, EventRow, User } from '#lib/graphql/documents.ts';
import { Versioned } from '#lib/stores/versioned.svelte.ts';

/** An event of the feed, with the user as they are after it; null if they were erased or are no longer visible. */
export type UserEvent = EventRow & { user: User | null };

export class LiveUser extends Versioned<User> {
	/** Erased, or no longer visible to the viewer. */
	unavailable = $state<'erased' | 'hidden' | null>(null);
	/** Who was the last to change them from elsewhere; null for the system. */
	by = $state.raw<Actor | null>(null);
	#ownChanges = 0;

	override update(user: User, highlight = true): boolean {
		if (user.version >= this.stored.version) this.unavailable = null;
		return super.update(user, highlight);
	}

	/** Whether an event is what this page itself has just asked for. */
	isOwn(event: UserEvent, viewerId: string): boolean {
		return this.#ownChanges > 0 && event.actor?.id === viewerId;
	}

	/** Takes in an event of the feed; the page's own is not highlighted. Returns whether something changed. */
	apply(event: UserEvent, own = false): boolean {
		if (!event.user) {
			if (own) return false;
			this.unavailable = event.type === 'USER_ERASED' ? 'erased' : 'hidden';
			this.by = event.actor;
			return true;
		}
		const changed = this.update(event.user, !own);
		if (changed && !own) this.by = event.actor;
		return changed;
	}

	/** From here until the returned function is called, events of the viewer's are taken for this page's own. */
	beginChange(): () => void {
		this.#ownChanges += 1;
		let open = true;
		return () => {
			if (open) this.#ownChanges -= 1;
			open = false;
		};
	}
}
