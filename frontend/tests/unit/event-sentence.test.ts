import { describe, expect, it } from 'vitest';
import type { EventRow, EventType } from '#lib/graphql/documents.ts';
import { deEvents } from '#lib/messages/de-events.ts';
import { de } from '#lib/messages/de.ts';
import { enEvents } from '#lib/messages/en-events.ts';
import { en } from '#lib/messages/en.ts';
import { byRequest } from '#lib/utils/event/requests.ts';
import { sentence } from '#lib/utils/event/sentence.ts';
import { GROUPS } from '#lib/utils/event/words.ts';
import { formats } from '#lib/utils/format.ts';

const ADMIN = { id: 'admin', displayName: 'Admin' };
const ADA = { id: 'ada', displayName: 'Ada' };
const event = (type: EventType, part: Partial<EventRow> = {}): EventRow => ({
	id: 'one',
	cursor: 'here',
	type,
	occurredAt: '2026-01-01T12:00:00Z',
	actor: ADMIN,
	actorId: ADMIN.id,
	user: ADA,
	userId: ADA.id,
	changes: [],
	requestId: null,
	ipAddress: null,
	...part
});
const pieces = (of: EventRow) => sentence(enEvents, en, formats('en', 'UTC'), of);
const text = (of: EventRow) =>
	pieces(of)
		.map((piece) => piece.text)
		.join('');
const german = (of: EventRow) =>
	sentence(deEvents, de, formats('de', 'UTC'), of)
		.map((piece) => piece.text)
		.join('');
const role = { field: 'role', before: 'MEMBER', after: 'AUDITOR' };
const name = { field: 'displayName', before: 'Ada', after: 'Ada King' };
const email = { field: 'email', before: 'a@example.com', after: 'b@example.com' };
const nobody = { actor: null, actorId: null };
const herself = { actor: ADA, actorId: ADA.id };
const ended = (reason: string, part: Partial<EventRow> = {}) =>
	event('SESSION_REVOKED', { changes: [{ field: 'reason', before: null, after: reason }], ...part });

describe('an event as a sentence', () => {
	it('says who changed what of whom, from what to what', () => {
		const changed = event('USER_ROLE_CHANGED', { changes: [role] });
		expect(text(changed)).toBe('Admin changed Ada’s role from Member to Auditor');
		expect(german(changed)).toBe('Admin hat bei Ada die Rolle von Mitglied auf Prüfer geändert');
	});

	it('links the actor and the person', () => {
		expect(pieces(event('USER_DISABLED'))).toEqual([
			{ kind: 'actor', text: 'Admin', id: 'admin' },
			{ kind: 'words', text: ' disabled ' },
			{ kind: 'user', text: 'Ada', id: 'ada' }
		]);
	});

	it('names the person once who did it themselves, and nobody for the system', () => {
		expect(text(event('PASSWORD_CHANGED', herself))).toBe('Ada changed their password');
		expect(text(event('USER_DELETED', nobody))).toBe('Ada was deleted');
		expect(german(event('USER_DELETED', nobody))).toBe('Ada wurde gelöscht');
	});

	it('says one field with its values, and several by their names', () => {
		expect(text(event('USER_UPDATED', { changes: [name] }))).toBe(
			'Admin changed Ada’s name from Ada to Ada King'
		);
		expect(text(event('USER_UPDATED', { changes: [email], ...herself }))).toBe(
			'Ada changed their email from a@example.com to b@example.com'
		);
		const both = event('USER_UPDATED', { changes: [name, email] });
		expect(text(both)).toBe('Admin changed Ada’s name and email');
		expect(german(both)).toBe('Admin hat bei Ada Angaben geändert: Name und E-Mail');
	});

	it('does not invent what was erased', () => {
		const erased = { user: null, changes: [{ field: 'email', before: null, after: null }] };
		expect(text(event('USER_UPDATED', erased))).toBe('Admin changed an erased person’s email');
		expect(german(event('USER_UPDATED', erased))).toBe(
			'Admin hat bei einer gelöschten Person Angaben geändert: E-Mail'
		);
		expect(text(event('USER_DISABLED', { actor: null }))).toBe('An erased person disabled Ada');
		expect(german(event('USER_DISABLED', { actor: null }))).toBe('Eine gelöschte Person hat Ada gesperrt');
		expect(text(event('USER_ERASED', { user: null }))).toBe('Admin permanently erased a person');
	});

	it('says a role with which somebody begins, but not that of every member', () => {
		const created = (after: string) =>
			event('USER_CREATED', { changes: [{ field: 'role', before: null, after }] });
		expect(text(created('AUDITOR'))).toBe('Admin added Ada as Auditor');
		expect(text(created('MEMBER'))).toBe('Admin added Ada');
		expect(text(event('USER_CREATED', herself))).toBe('Ada signed up');
	});

	it('says why a session ended', () => {
		expect(text(ended('SIGNED_OUT', herself))).toBe('Ada signed out');
		expect(text(ended('REVOKED'))).toBe('Admin ended one of Ada’s sessions');
		expect(text(ended('DISABLED'))).toBe('Ada was signed out: Admin disabled the account');
		expect(german(ended('PASSWORD_CHANGED', herself))).toBe(
			'Ada hat das Passwort geändert und wurde deshalb in einer anderen Sitzung abgemeldet'
		);
	});

	it('knows failed sign-ins of people, and of addresses that nobody has', () => {
		const failed = event('SIGN_IN_FAILED', nobody);
		expect(text(failed)).toBe('Someone failed to sign in as Ada');
		expect(text({ ...failed, user: null, userId: null })).toBe(
			'Someone tried to sign in with an unknown address'
		);
	});

	it('says that it does not know a type of a newer API', () => {
		expect(text(event('USER_PROMOTED' as EventType))).toBe(
			'Admin did something to Ada that this page does not know'
		);
	});

	it.each(Object.values(GROUPS).flat())('has no gap that nothing fills: %s', (type) => {
		for (const part of [{}, herself, nobody, { user: null }, { ...nobody, user: null, userId: null }])
			for (const one of [event(type, part), event(type, { ...part, changes: [role] })])
				for (const said of [text(one), german(one)]) {
					expect(said).not.toMatch(/[{}]|undefined| {2}/);
					expect(said.charAt(0)).toBe(said.charAt(0).toUpperCase());
				}
	});
});

describe('the entries of one request', () => {
	const group = (requests: (string | null)[], alone?: (item: number) => boolean) =>
		byRequest([...requests.keys()], (item) => requests[item], alone).map(({ lead, rest }) => [lead, rest]);

	it('are together, led by the first that was written', () => {
		expect(group(['b', 'a', 'a', 'a', 'c'])).toEqual([
			[0, []],
			[3, [2, 1]],
			[4, []]
		]);
	});

	it('are not those of no request, nor of the same one elsewhere', () => {
		expect(group([null, null, 'a', 'b', 'a'])).toEqual([0, 1, 2, 3, 4].map((item) => [item, []]));
	});

	it('are parted by one that is shown alone', () => {
		expect(group(['a', 'a', 'a', 'a', 'a'], (item) => item === 2)).toEqual([
			[1, [0]],
			[2, []],
			[4, [3]]
		]);
	});
});
