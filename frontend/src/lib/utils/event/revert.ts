/** Which entries of the log can be reverted, and into what change that turns them. */
import type { EventRow, EventType, User } from '#lib/graphql/documents.ts';
import type { Changed } from '#lib/types/actions.ts';

const STATUS: EventType[] = ['USER_DISABLED', 'USER_ENABLED', 'USER_DELETED', 'USER_RESTORED'];
/** What can have changed the same since, by the type of an entry. */
const SAME: Partial<Record<EventType, EventType[]>> = {
	USER_UPDATED: ['USER_UPDATED'],
	USER_ROLE_CHANGED: ['USER_ROLE_CHANGED'],
	...Object.fromEntries(STATUS.map((type) => [type, STATUS]))
};
const FIELDS = ['displayName', 'email', 'role', 'status'] as const;
type Field = (typeof FIELDS)[number];

interface FieldChange {
	field: Field;
	before: string;
	after: string;
}

/** The types of the entries that may have changed the same; empty for an entry that cannot be reverted. */
export function sameTypes(type: EventType): EventType[] {
	return SAME[type] ?? [];
}

/** What an entry says was changed; empty if it cannot be reverted: it is of another kind, or its values were erased. */
export function revertible({
	type,
	userId,
	changes
}: Pick<EventRow, 'type' | 'userId' | 'changes'>): FieldChange[] {
	if (!userId || !SAME[type]) return [];
	const known = changes.flatMap(({ field, before, after }) => {
		const name = FIELDS.find((one) => one === field);
		return name && typeof before === 'string' && typeof after === 'string'
			? [{ field: name, before, after }]
			: [];
	});
	return known.length === changes.length ? known : [];
}

/** The change that takes an entry back from a user as they are now; null if something of it is not so any more. */
export function changeOf(event: EventRow, user: User): Changed | null {
	const changes = revertible(event);
	if (!changes.length || changes.some(({ field, after }) => user[field] !== after)) return null;
	const before = Object.fromEntries(changes.map(({ field, before }) => [field, before]));
	return { before: { ...user, ...before }, after: user };
}

/** The latest entry that has changed something of the same since; `newer` are in the order of the log, newest first. */
export function changedSince(event: EventRow, newer: readonly EventRow[]): EventRow | null {
	const fields = new Set<string>(revertible(event).map(({ field }) => field));
	return (
		newer.find((one) => one.id !== event.id && one.changes.some(({ field }) => fields.has(field))) ?? null
	);
}
