/** An event of the log as a sentence: which one, and what stands in its gaps. */
import type { EventRow } from '#lib/graphql/documents.ts';
import type { EventMessages, Messages } from '#lib/messages/types.ts';
import type { Formats } from '#lib/utils/format.ts';
import { fieldName, fieldValue } from './words.ts';

/** A piece of a sentence: words, a person (null where they were erased), or a value. */
export type Piece =
	| { kind: 'words'; text: string }
	| { kind: 'actor' | 'user'; text: string; id: string | null }
	| { kind: 'value'; text: string };
type Key = keyof EventMessages['sentence'];

const ONE_FIELD: Partial<Record<string, Key>> = { displayName: 'RENAMED', email: 'EMAIL_CHANGED' };
const SLOT = /\{(\w+)\}/;

const changeOf = ({ changes }: EventRow, field: string) => changes.find((change) => change.field === field);

function keyOf(m: EventMessages, event: EventRow): Key {
	const { type, changes } = event;
	const role = changeOf(event, 'role')?.after;
	const reason = String(changeOf(event, 'reason')?.after);
	const [only] = changes;
	if (type === 'USER_CREATED' && role && role !== 'MEMBER') return 'CREATED_AS';
	if (type === 'USER_UPDATED' && changes.length === 1 && only!.before !== null && only!.after !== null)
		return ONE_FIELD[only!.field] ?? type;
	if (type === 'SESSION_REVOKED' && reason === 'SIGNED_OUT') return 'SIGNED_OUT';
	if (type === 'SESSION_REVOKED' && reason in m.cause) return 'SESSION_LOST';
	if (type === 'SIGN_IN_FAILED' && !event.userId) return 'SIGN_IN_UNKNOWN';
	return type in m.sentence ? type : 'OTHER';
}

/** Who did it: the person concerned, somebody else, or nobody whom the log names. */
function voiceOf({ actor, actorId, userId }: EventRow): 'by' | 'self' | 'none' {
	const id = actor?.id ?? actorId;
	if (!id) return 'none';
	return id === userId ? 'self' : 'by';
}

/** The sentence of an event, in pieces. */
export function sentence(m: EventMessages, common: Messages, f: Formats, event: EventRow): Piece[] {
	const { actor, user, changes } = event;
	const change = changeOf(event, event.type === 'USER_CREATED' ? 'role' : '') ?? changes[0];
	const value = (one: unknown) => fieldValue(common, f, change?.field ?? '', one, m.event.reasons);
	const person = (kind: 'actor' | 'user', who: typeof user, erased: string): Piece => ({
		kind,
		text: who?.displayName ?? erased,
		id: who?.id ?? null
	});
	const fields = changes.map(({ field }) => fieldName(common, field));
	const list = new Intl.ListFormat(f.locale).format(fields);
	const reason = String(changeOf(event, 'reason')?.after) as keyof EventMessages['cause'];
	const slots: Record<string, () => Piece> = {
		actor: () => person('actor', actor, m.erased),
		user: () => person('user', user, m.erased),
		userDative: () => person('user', user, m.erasedDative),
		before: () => ({ kind: 'value', text: value(change?.before) }),
		after: () => ({ kind: 'value', text: value(change?.after) }),
		fields: () => ({ kind: 'words', text: fields.length ? m.inSentence(list) : m.profile }),
		cause: () => ({ kind: 'words', text: m.cause[reason] })
	};
	const pieces = m.sentence[keyOf(m, event)][voiceOf(event)]
		.split(SLOT)
		// Every second part is the name of a slot.
		.map((part, index): Piece => (index % 2 ? slots[part]!() : { kind: 'words', text: part }))
		.filter(({ text }) => text);
	const [first] = pieces;
	if (first?.kind !== 'value' && !(first && 'id' in first && first.id)) capitalise(first);
	return pieces;
}

function capitalise(piece: Piece | undefined): void {
	if (piece) piece.text = piece.text.charAt(0).toUpperCase() + piece.text.slice(1);
}
