/** How a page of users, and the page of one, follow the log. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { EventType, User } from '#lib/graphql/documents.ts';
import { UserList } from '#lib/stores/user/list.svelte.ts';
import { UserRecord } from '#lib/stores/user/record.svelte.ts';
import { FakeLive } from './fake-live.ts';

const at = '2026-01-01T00:00:00Z';
const user = (more: Partial<User> = {}): User => ({
	id: 'ada',
	email: null,
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
	...more
});
const page = (...ids: string[]) => ({
	edges: ids.map((id) => ({
		node: {
			id,
			userAgent: null,
			ipAddress: null,
			current: false,
			createdAt: at,
			lastSeenAt: at,
			expiresAt: at
		}
	})),
	pageInfo: { hasNextPage: false }
});
const happened = (type: EventType, more = {}) =>
	({
		__typename: 'Event',
		id: `${type}-1`,
		cursor: 'c',
		type,
		occurredAt: at,
		actor: { id: 'grace', displayName: 'Grace' },
		user: user(),
		userId: 'ada',
		changes: [],
		requestId: null,
		ipAddress: null,
		...more
	}) as never;

let asked: { query: string; variables: unknown }[];
beforeEach(() => {
	vi.useFakeTimers();
	asked = [];
	vi.stubGlobal('fetch', async (_: string, { body }: { body: string }) => {
		asked.push(JSON.parse(body) as (typeof asked)[number]);
		return Response.json({ data: { user: { sessions: page('s2') } } });
	});
});
afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

describe('a page of users', () => {
	const query = { search: null, filter: null, after: 'start' };

	test('begins where it was read, and after a break reads who is online and how they are', async () => {
		const list = new UserList([user(), user({ id: 'bo' })]);
		const fake = new FakeLive();
		const stop = list.follow(fake.live, query);
		expect(fake.variables).toEqual(query);
		fake.handlers.event(
			{ __typename: 'UserChanged', user: user({ version: 2, role: 'ADMIN' }) } as never,
			false
		);
		expect(list.row('ada')!.current.role).toBe('ADMIN');
		fake.users = [user({ id: 'bo', version: 2, displayName: 'Bo' })];
		await fake.reconnect();
		expect([fake.refreshed, list.row('bo')!.current.displayName]).toEqual([['ada', 'bo'], 'Bo']);
		stop();
		await fake.reconnect();
		expect([fake.stopped, fake.refreshed]).toEqual([true, ['ada', 'bo']]);
	});

	test('that asks for presence begins with a snapshot, each time', () => {
		const list = new UserList([user(), user({ id: 'bo' })]);
		const fake = new FakeLive();
		list.follow(fake.live, { ...query, filter: { online: true } });
		expect(fake.variables.after).toBeNull();
		for (const named of ['ada', 'bo']) {
			fake.handlers.begin!();
			fake.handlers.event({ __typename: 'UserEntered', user: user({ id: named }) } as never, false);
			fake.handlers.ready!();
			expect(list.rows.map((row) => [row.stored.id, row.left])).toEqual([
				['ada', named !== 'ada'],
				['bo', named !== 'bo']
			]);
		}
	});

	test('without presence no snapshot is expected', () => {
		const list = new UserList([user()]);
		const fake = new FakeLive();
		list.follow(fake.live, { ...query, filter: { role: ['ADMIN'] } });
		fake.handlers.begin?.();
		fake.handlers.ready!();
		expect([fake.variables.after, list.row('ada')!.left]).toEqual(['start', false]);
	});
});

describe('the page of one user', () => {
	const follow = () => {
		const record = new UserRecord({ user: user(), sessions: page('s1', 's2') }, 'grace');
		const fake = new FakeLive();
		const stop = record.follow(fake.live, 'start');
		return { record, fake, stop };
	};

	test('asks for what concerns them, from where it was read', () => {
		const { fake } = follow();
		expect(fake.variables).toEqual({ filter: { userId: 'ada' }, after: 'start' });
	});

	test('keeps what was missed waiting, and shows what happens now', () => {
		const { record, fake } = follow();
		fake.handlers.event(happened('USER_UPDATED', { id: 'one' }), true);
		expect([record.timeline.rows.length, record.timeline.waiting.count]).toEqual([0, 1]);
		record.timeline.show();
		fake.handlers.event(happened('USER_UPDATED', { id: 'two' }), false);
		expect([record.timeline.rows.length, record.timeline.waiting.count]).toEqual([2, 0]);
	});

	test.each<EventType>(['SESSION_STARTED', 'SESSION_REVOKED', 'PASSWORD_CHANGED', 'USER_DISABLED'])(
		'reads the sessions again after %s, once for several',
		async (type) => {
			const { record, fake } = follow();
			fake.handlers.event(happened(type, { id: 'one' }), false);
			fake.handlers.event(happened(type, { id: 'two' }), false);
			await vi.advanceTimersByTimeAsync(1_000);
			expect(asked.map(({ query }) => /query (\w+)/.exec(query)![1])).toEqual(['UserAccess']);
			expect(record.sessions.rows.map((row) => row.left)).toEqual([true, false]);
		}
	);

	test('does not for what ends no session', async () => {
		const { fake } = follow();
		fake.handlers.event(happened('USER_UPDATED'), false);
		await vi.advanceTimersByTimeAsync(1_000);
		expect(asked).toEqual([]);
	});

	test('after a break reads sessions and presence, and nothing once it is left', async () => {
		const { fake, stop } = follow();
		await fake.reconnect();
		await vi.advanceTimersByTimeAsync(1_000);
		expect([asked.length, fake.refreshed]).toEqual([1, ['ada']]);
		fake.handlers.event(happened('SESSION_STARTED'), false);
		stop();
		await vi.advanceTimersByTimeAsync(1_000);
		expect([asked.length, fake.stopped]).toEqual([1, true]);
	});

	test('takes the viewer’s own change for its own while it is under way', () => {
		const { record, fake } = follow();
		const end = record.showChange({ role: 'ADMIN' });
		fake.handlers.event(happened('USER_ROLE_CHANGED', { user: user({ version: 2, role: 'ADMIN' }) }), false);
		end();
		expect([record.subject.changes, record.subject.current.role]).toEqual([0, 'ADMIN']);
		fake.handlers.event(happened('USER_UPDATED', { id: 'x', user: user({ version: 3 }) }), false);
		expect([record.subject.changes, record.subject.by?.id]).toEqual([1, 'grace']);
	});

	test('read anew, keeps what is typed and ends what is no longer there', () => {
		const { record } = follow();
		record.draft.displayName = 'typed';
		record.refresh({ user: user({ version: 2, email: 'new@example.com' }), sessions: page('s2') });
		expect([record.draft.displayName, record.draft.email]).toEqual(['typed', 'new@example.com']);
		expect(record.sessions.row('s1')!.left).toBe(true);
	});
});
