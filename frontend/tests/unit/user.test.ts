import { describe, expect, it } from 'vitest';
import type { User, SessionPage } from '#lib/graphql/documents.ts';
import { LiveUser, type UserEvent } from '#lib/stores/user/user.svelte.ts';
import { Sessions } from '#lib/stores/session/list.svelte.ts';
import { AT, session, sessionPage } from '../fakes/rows.ts';

const at = '2026-01-01T00:00:00Z';
const user = (change: Partial<User> = {}): User => ({
	id: '1',
	email: 'ada@example.com',
	displayName: 'Ada',
	role: 'MEMBER',
	status: 'ACTIVE',
	online: false,
	lastSeenAt: null,
	emailVerifiedAt: null,
	canSignIn: true,
	createdAt: at,
	updatedAt: at,
	version: 1,
	...change
});
const event = (user: User | null, type: UserEvent['type'] = 'USER_UPDATED', actor = 'grace'): UserEvent => ({
	id: 'e',
	cursor: 'c',
	type,
	occurredAt: at,
	actor: { id: actor, displayName: actor },
	actorId: actor,
	user,
	userId: '1',
	changes: [],
	requestId: null,
	ipAddress: null
});

describe('a live person', () => {
	it('takes newer versions, glows once for each, and leaves older ones', () => {
		const subject = new LiveUser(user());
		subject.apply(event(user({ version: 2, displayName: 'Ada King' })));
		subject.apply(event(user({ version: 2, displayName: 'Ada King' })));
		subject.apply(event(user({ version: 1 })));
		expect([subject.current.displayName, subject.changes, subject.by?.id]).toEqual(['Ada King', 1, 'grace']);
	});

	it('does not glow for what the page itself asked for', () => {
		const subject = new LiveUser(user());
		const mine = event(user({ version: 2 }), 'USER_UPDATED', 'me');
		expect(subject.isOwn(mine, 'me')).toBe(false);
		const end = subject.beginChange();
		expect(subject.isOwn(mine, 'me')).toBe(true);
		expect(subject.isOwn(event(user({ version: 2 })), 'me')).toBe(false);
		subject.apply(mine, true);
		end();
		end();
		expect([subject.current.version, subject.changes, subject.isOwn(mine, 'me')]).toEqual([2, 0, false]);
	});

	it('takes an expected change back, unless something newer came', () => {
		const subject = new LiveUser(user());
		subject.showPending({ role: 'ADMIN' })();
		expect(subject.current.role).toBe('MEMBER');
		const undo = subject.showPending({ role: 'ADMIN' });
		subject.update(user({ version: 2, role: 'AUDITOR' }));
		undo();
		expect(subject.current.role).toBe('AUDITOR');
	});

	it('expects its own events until each change has its answer, however often that is said', () => {
		const subject = new LiveUser(user());
		const [first, second] = [subject.beginChange(), subject.beginChange()];
		first();
		first();
		expect(subject.isOwn(event(user()), 'grace')).toBe(true);
		second();
		expect(subject.isOwn(event(user()), 'grace')).toBe(false);
	});

	it('says that they are erased or out of sight, and keeps what was last known', () => {
		const subject = new LiveUser(user());
		subject.apply(event(null, 'USER_DISABLED'));
		expect([subject.unavailable, subject.current.displayName]).toEqual(['hidden', 'Ada']);
		subject.apply(event(user({ version: 3 }), 'USER_ENABLED'));
		expect(subject.unavailable).toBeNull();
		subject.apply(event(null, 'USER_ERASED'));
		expect(subject.unavailable).toBe('erased');
	});
});

const page = (ids: string[], hasNextPage = false, current = ''): SessionPage => ({
	edges: ids.map((id) => ({
		node: {
			id,
			userAgent: null,
			ipAddress: null,
			current: id === current,
			createdAt: `2026-01-01T00:00:0${id}Z`,
			lastSeenAt: at,
			expiresAt: at
		}
	})),
	pageInfo: { hasNextPage }
});
const shown = (sessions: Sessions) => sessions.rows.map((row) => row.stored.id + (row.left ? '-' : ''));

describe('sessions', () => {
	it('stay where they are: ended ones greyed, new ones at the end', () => {
		const sessions = new Sessions(page(['3', '2', '1']));
		sessions.merge(page(['4', '3', '1']));
		expect(shown(sessions)).toEqual(['3', '2-', '1', '4']);
		expect([sessions.rows.at(-1)?.isNew, sessions.rows.at(-1)?.changes]).toEqual([true, 1]);
	});

	it('are not taken for ended where the page has no room for them', () => {
		const sessions = new Sessions(page(['3', '2', '1'], true));
		sessions.merge(page(['4', '3'], true));
		expect(shown(sessions)).toEqual(['3', '2', '1', '4']);
	});

	it('are shown as they were just read, and whether there are more', () => {
		const page = (lastSeenAt: string, hasNextPage: boolean) =>
			sessionPage([session('1', { lastSeenAt })], hasNextPage);
		const sessions = new Sessions(page(AT, true));
		sessions.merge(page('2026-02-02T00:00:00Z', false));
		expect([sessions.rows[0]!.current.lastSeenAt, sessions.hasMore]).toEqual(['2026-02-02T00:00:00Z', false]);
	});

	it('end ahead of the answer, and come back when it refuses', () => {
		const sessions = new Sessions(page(['3', '2', '1'], false, '2'));
		expect(sessions.endable).toBe(2);
		const all = sessions.showEnding();
		sessions.merge(page(['3', '2', '1'], false, '2'));
		expect(shown(sessions)).toEqual(['3-', '2', '1-']);
		all.undo();
		expect(shown(sessions)).toEqual(['3', '2', '1']);
		sessions.showEnding('1').confirm();
		expect([shown(sessions), sessions.endable]).toEqual([['3', '2', '1-'], 1]);
	});
});
