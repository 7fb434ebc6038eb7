/**
 * What somebody is typing over a profile while others may change the same: fields not touched follow the others, and
 * where both wrote something, both are kept until one is chosen.
 */
import type { User } from '#lib/graphql/documents.ts';
import { PROFILE_FIELDS, type Profile, type ProfileField } from '#lib/types/user.ts';

const WATCHED = ['displayName', 'email', 'role', 'status'] as const;

/** A change by somebody else that came while this was being edited. */
export interface RemoteChange {
	field: (typeof WATCHED)[number];
	before: string;
	after: string;
}

export interface RefusedProfile {
	typed: Profile;
	before: Profile;
}

export function profileOf(user: User): Profile {
	return { displayName: user.displayName, email: user.email ?? '' };
}

export class ProfileDraft {
	displayName = $state('');
	email = $state('');
	/** The newest version seen: what is saved is saved over it. */
	base = $state.raw<User>() as User;
	/** Who changed it meanwhile; null where nobody said. */
	by = $state<string | null>(null);
	/** What others changed since the editing began. */
	remoteChanges = $state.raw<RemoteChange[]>([]);
	#saving = false;
	#deferred: { user: User; by: string | null } | null = null;

	/** `refused` is what a form held that was not taken, and what it was typed over. */
	constructor(user: User, refused?: RefusedProfile) {
		Object.assign(this, profileOf(user));
		this.base = user;
		if (!refused) return;
		const { typed, before } = refused;
		for (const field of PROFILE_FIELDS) if (typed[field] !== before[field]) this[field] = typed[field];
		this.#recordRemote({ ...user, ...before }, user);
	}

	get typed(): Profile {
		return { displayName: this.displayName, email: this.email };
	}

	/** The fields that differ from what is stored. */
	get dirty(): ProfileField[] {
		const stored = profileOf(this.base);
		return PROFILE_FIELDS.filter((field) => this[field].trim() !== stored[field]);
	}

	/** The fields that both changed, to something different. */
	get conflicts(): ProfileField[] {
		const dirty = this.dirty;
		return PROFILE_FIELDS.filter(
			(field) => dirty.includes(field) && this.remoteChanges.some((change) => change.field === field)
		);
	}

	/** Takes in a newer version by somebody else; `by` is null where nobody said who. */
	receive(user: User, by: string | null): void {
		if (this.#saving) this.#deferred = { user, by };
		else if (user.version > this.base.version) {
			if (this.dirty.length) {
				this.by = by;
				this.#recordRemote(this.base, user);
			}
			this.rebase(user);
		} else if (this.remoteChanges.length) this.by ??= by;
	}

	/** Moves the draft onto a newer version, made by the editor themselves or seen by them: no notice is due. */
	rebase(user: User): void {
		if (user.version <= this.base.version) return;
		const [next, dirty] = [profileOf(user), this.dirty];
		for (const field of PROFILE_FIELDS) if (!dirty.includes(field)) this[field] = next[field];
		this.base = user;
	}

	/** Between `beginSave` and its end, newer versions wait: the first is most likely one's own. */
	beginSave(): (stored?: User) => void {
		this.#saving = true;
		return (stored) => {
			this.#saving = false;
			const deferred = this.#deferred;
			this.#deferred = null;
			if (stored) this.#accept(stored);
			if (deferred) this.receive(deferred.user, deferred.by);
		};
	}

	/** What both changed becomes theirs; whatever else was typed stays. */
	takeTheirs(): void {
		const stored = profileOf(this.base);
		for (const field of this.conflicts) this[field] = stored[field];
		this.dismiss();
	}

	/** Everything back to what is stored. */
	reset(): void {
		Object.assign(this, profileOf(this.base));
		this.dismiss();
	}

	dismiss(): void {
		this.remoteChanges = [];
		this.by = null;
	}

	#accept(stored: User): void {
		this.base = stored;
		this.reset();
	}

	#recordRemote(before: User, after: User): void {
		this.remoteChanges = WATCHED.map((field) => {
			const known = this.remoteChanges.find((change) => change.field === field);
			return { field, before: known?.before ?? before[field] ?? '', after: after[field] ?? '' };
		}).filter((change) => change.before !== change.after);
	}
}
