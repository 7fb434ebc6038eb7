/** One person as their page shows them, kept current by the log: newer versions replace older ones where they stand. */
import type { Actor, EventRow, Person } from '#lib/graphql/documents.ts';

/** An event of the feed, with the person as they are after it; null where they are gone. */
export type PersonEvent = EventRow & { user: Person | null };

export class LivePerson {
	person = $state.raw<Person>() as Person;
	/** Grows with every change from elsewhere: the page glows once for each. */
	changes = $state(0);
	/** Erased, or no longer for these eyes. */
	gone = $state<'erased' | 'hidden' | null>(null);
	/** Who was the last to change them from elsewhere; null for the system. */
	by = $state.raw<Actor | null>(null);
	#acting = 0;

	constructor(person: Person) {
		this.person = person;
	}

	/** A newer version; older ones change nothing. Returns whether something changed. */
	update(person: Person, glow = true): boolean {
		if (person.version < this.person.version) return false;
		const differs = person.version > this.person.version;
		this.person = person;
		this.gone = null;
		if (differs && glow) this.changes += 1;
		return differs;
	}

	/** Whether an event is what this page itself has just asked for. */
	isOwn(event: PersonEvent, viewerId: string): boolean {
		return this.#acting > 0 && event.actor?.id === viewerId;
	}

	/** Takes in an event of the feed; what is the page's own does not glow. Returns whether something changed. */
	apply(event: PersonEvent, own = false): boolean {
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
	expect(change: Partial<Person>): () => void {
		const before = this.person;
		const expected = { ...before, ...change };
		this.person = expected;
		return () => {
			if (this.person === expected) this.person = before;
		};
	}
}
