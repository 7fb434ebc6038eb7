/** The page of the list under a stream of changes. */
import { describe, expect, test } from 'vitest';
import type { User, UserFeedData } from '#lib/graphql/documents.ts';
import type { EventOf } from '#lib/stores/live/live.svelte.ts';
import { UserList } from '#lib/stores/user/list.svelte.ts';

const user = (id: string, more: Partial<User> = {}): User => ({
	id,
	email: `${id}@example.com`,
	displayName: id,
	role: 'MEMBER',
	status: 'ACTIVE',
	online: false,
	lastSeenAt: null,
	emailVerifiedAt: null,
	canSignIn: true,
	createdAt: '2026-01-01T00:00:00Z',
	updatedAt: '2026-01-01T00:00:00Z',
	version: 1,
	...more
});
type Message = EventOf<UserFeedData>;
const entered = (user: User): Message => ({ __typename: 'UserEntered', cursor: 'c', user });
const changed = (user: User): Message => ({ __typename: 'UserChanged', cursor: 'c', user, changes: [] });
const left = (userId: string): Message => ({ __typename: 'UserLeft', cursor: 'c', userId });
const page = () => new UserList([user('ada'), user('bo')], 2);

describe('changes', () => {
	test('are shown where the row stands, and are highlighted once', () => {
		const list = page();
		list.apply(changed(user('bo', { version: 2, displayName: 'Alba' })));
		expect(list.rows.map((row) => row.current.displayName)).toEqual(['ada', 'Alba']);
		expect(list.rows.map((row) => row.changes)).toEqual([0, 1]);
	});

	test('that are old, or sent twice, change nothing', () => {
		const list = page();
		list.apply(changed(user('bo', { version: 3, displayName: 'new' })));
		list.apply(changed(user('bo', { version: 2, displayName: 'old' })));
		list.apply(changed(user('bo', { version: 3, displayName: 'new' })));
		expect(list.row('bo')?.current.displayName).toBe('new');
		expect(list.row('bo')?.changes).toBe(1);
	});

	test('of people elsewhere are none of this page', () => {
		const list = page();
		list.apply(changed(user('cy', { version: 9 })));
		expect(list.rows).toHaveLength(2);
		expect(list.total).toBe(2);
	});
});

describe('a snapshot', () => {
	test('tells who of the page still matches, and makes nobody a newcomer', () => {
		const list = page();
		list.beginSnapshot();
		for (const id of ['ada', 'cy', 'di']) list.apply(entered(user(id)));
		expect([list.row('bo')?.left, list.waiting.size]).toEqual([false, 0]);
		list.endSnapshot();
		expect([list.row('ada')?.left, list.row('bo')?.left]).toEqual([false, true]);
		expect([list.waiting.size, list.total]).toEqual([0, 1]);
		list.apply(entered(user('ed')));
		expect(list.waiting.size).toBe(1);
	});

	test('is not over where somebody leaves meanwhile', () => {
		const list = page();
		list.beginSnapshot();
		for (const id of ['ada', 'bo']) list.apply(entered(user(id)));
		list.apply(left('ada'));
		list.endSnapshot();
		expect(list.rows.map((row) => row.left)).toEqual([true, false]);
	});

	test('that was not asked for marks nobody', () => {
		const list = page();
		list.endSnapshot();
		expect(list.rows.map((row) => row.left)).toEqual([false, false]);
	});
});

describe('coming and going', () => {
	test('newcomers wait, and count', () => {
		const list = page();
		list.apply(entered(user('cy')));
		list.apply(entered(user('cy')));
		expect([list.waiting.size, list.total, list.rows.length]).toEqual([1, 3, 2]);
	});

	test('a newcomer who leaves again was never here', () => {
		const list = page();
		list.apply(entered(user('cy')));
		list.apply(left('cy'));
		expect([list.waiting.size, list.total]).toEqual([0, 2]);
	});

	test('who leaves stays as a row, marked, and counts no more, once', () => {
		const list = page();
		list.apply(left('ada'));
		list.apply(left('ada'));
		expect([list.row('ada')?.left, list.total, list.rows.length]).toEqual([true, 1, 2]);
	});

	test('who comes back is unmarked and highlighted', () => {
		const list = page();
		list.apply(left('ada'));
		list.apply(entered(user('ada')));
		expect([list.row('ada')?.left, list.row('ada')?.changes, list.total]).toEqual([false, 1, 2]);
	});

	test('someone of another page who leaves makes the total smaller', () => {
		const list = new UserList([user('ada')], 10);
		list.apply(left('somebody'));
		expect(list.total).toBe(9);
	});
});

describe('what is expected before it is confirmed', () => {
	test('shows at once and can be taken back', () => {
		const list = page();
		const undo = list.row('ada')!.showPending({ status: 'DISABLED' });
		expect(list.row('ada')?.current.status).toBe('DISABLED');
		undo();
		expect(list.row('ada')?.current.status).toBe('ACTIVE');
	});

	test('is not taken back over news that came meanwhile', () => {
		const list = page();
		const undo = list.row('ada')!.showPending({ status: 'DISABLED' });
		list.apply(changed(user('ada', { version: 2, role: 'ADMIN' })));
		undo();
		expect(list.row('ada')?.current).toMatchObject({ version: 2, role: 'ADMIN', status: 'ACTIVE' });
	});

	test('confirmed by its own answer is not highlighted', () => {
		const list = page();
		list.row('ada')!.showPending({ status: 'DISABLED' });
		list.update(user('ada', { version: 2, status: 'DISABLED' }), false);
		list.apply(changed(user('ada', { version: 2, status: 'DISABLED' })));
		expect(list.row('ada')?.changes).toBe(0);
	});
});
