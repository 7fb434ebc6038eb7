/** What the types of events have in common, and how their values read. */
import type { EventType } from '#lib/graphql/documents.ts';
import type { EventMessages, Messages } from '#lib/messages/types.ts';
import type { Formats } from '#lib/utils/format.ts';

const DAY_MS = 86_400_000;

export type EventGroup = 'accounts' | 'access' | 'signIns' | 'security' | Figure;
/** What the overview counts. A list of the same group shows what was counted. */
export type Figure = 'started' | 'changes' | 'failed';
export type EventTone = 'neutral' | 'accent' | 'ok' | 'warn' | 'danger';

/** A type that the API has and this table has not is a type error. */
const KINDS: Readonly<Record<EventType, readonly [EventTone, ...EventGroup[]]>> = {
	USER_CREATED: ['ok', 'accounts', 'changes'],
	USER_UPDATED: ['neutral', 'accounts', 'changes'],
	USER_ROLE_CHANGED: ['accent', 'access', 'changes'],
	USER_DISABLED: ['warn', 'access', 'changes'],
	USER_ENABLED: ['ok', 'access', 'changes'],
	USER_DELETED: ['danger', 'accounts', 'access', 'changes'],
	USER_RESTORED: ['ok', 'accounts', 'access', 'changes'],
	USER_ERASED: ['danger', 'accounts', 'changes'],
	EMAIL_VERIFIED: ['ok', 'accounts', 'changes'],
	PASSWORD_CHANGED: ['neutral', 'security', 'changes'],
	SECOND_FACTOR_ADDED: ['ok', 'security', 'changes'],
	SECOND_FACTOR_REMOVED: ['warn', 'security', 'changes'],
	SESSION_STARTED: ['neutral', 'signIns', 'started'],
	SESSION_REVOKED: ['neutral', 'signIns', 'security'],
	SESSION_REUSE_DETECTED: ['danger', 'security'],
	SIGN_IN_FAILED: ['warn', 'signIns', 'security', 'failed'],
	PASSKEY_ADDED: ['ok', 'security', 'changes'],
	PASSKEY_REMOVED: ['warn', 'security', 'changes'],
	API_KEY_CREATED: ['neutral', 'security'],
	API_KEY_REVOKED: ['neutral', 'security'],
	PASSWORD_RESET_REQUESTED: ['neutral', 'security'],
	EMAIL_CHANGE_REQUESTED: ['neutral', 'security'],
	INVITATION_SENT: ['accent', 'accounts'],
	INVITATION_ACCEPTED: ['ok', 'accounts'],
	INVITATION_WITHDRAWN: ['warn', 'accounts'],
	SIGNING_KEY_ROTATED: ['neutral', 'security'],
	WEBHOOK_ENDPOINT_CREATED: ['neutral', 'security'],
	WEBHOOK_ENDPOINT_UPDATED: ['neutral', 'security'],
	WEBHOOK_ENDPOINT_DELETED: ['warn', 'security'],
	WEBHOOK_SECRET_ROTATED: ['neutral', 'security']
};

export const TYPES = Object.keys(KINDS) as EventType[];

function inGroup(group: EventGroup): EventType[] {
	return (Object.keys(KINDS) as EventType[]).filter((type) => KINDS[type].includes(group));
}

export const GROUPS: Readonly<Record<EventGroup, readonly EventType[]>> = {
	accounts: inGroup('accounts'),
	access: inGroup('access'),
	signIns: inGroup('signIns'),
	security: inGroup('security'),
	started: inGroup('started'),
	changes: inGroup('changes'),
	failed: inGroup('failed')
};
/** The groups that the activity page always offers; it names another one while it shows it. */
export const OFFERED: readonly EventGroup[] = ['accounts', 'access', 'signIns', 'security'];

export function toneOf(type: EventType): EventTone {
	return KINDS[type]?.[0] ?? 'neutral';
}

const name = (words: Record<string, string>, key: string) => words[key];

/** A field's name in the visitor's words; the API's own where the catalogue has none. */
export function fieldName(m: Messages, field: string): string {
	return name(m.field, field) ?? field;
}

/** A value as it reads: enumerations by their words, moments by the visitor's clock. `reasons` are those of the log. */
export function fieldValue(
	m: Messages,
	f: Formats,
	field: string,
	value: unknown,
	reasons: Record<string, string> = {}
): string {
	if (value === null || value === undefined || value === '') return m.common.empty;
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	if (field === 'role') return name(m.role, text) ?? text;
	if (field === 'status') return name(m.status, text) ?? text;
	if (field === 'reason') return name(reasons, text) ?? text;
	if (field.endsWith('At') && !Number.isNaN(Date.parse(text))) return f.full(text);
	return text;
}

/** Today, yesterday, or the date. */
export function dayName(m: EventMessages, f: Formats, key: string, now: number): string {
	if (key === f.dayKey(now)) return m.activity.today;
	if (key === f.dayKey(now - DAY_MS)) return m.activity.yesterday;
	return f.date(`${key}T12:00:00Z`);
}

export interface Day<T> {
	/** As the visitor's zone has it: 2026-11-24. */
	key: string;
	items: T[];
}

/**
 * What happened on each day together, in the order given. By day and not by neighbourhood: round midnight the order of
 * the log need not be that of the clock, and no day may come twice.
 */
export function byDay<T>(items: readonly T[], momentOf: (item: T) => string, f: Formats): Day<T>[] {
	const days = new Map<string, Day<T>>();
	for (const item of items) {
		const key = f.dayKey(momentOf(item));
		const day = days.get(key);
		if (day) day.items.push(item);
		else days.set(key, { key, items: [item] });
	}
	return [...days.values()];
}
