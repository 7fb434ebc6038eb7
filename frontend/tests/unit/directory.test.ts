/** The page of the directory under a stream of changes. */
import { describe, expect, test } from 'vitest';
import type { Person, UserFeedData } from '#lib/graphql/documents.ts';
import { Directory } from '#lib/stores/directory.svelte.ts';

const person = (id: string, more: Partial<Person> = {}): Person => ({
	id,
	email: `${id}@example.com`,
	displayName: id,
	role: 'MEMBER',
	status: 'ACTIVE',
	online: false,
	lastSeenAt: null,
	emailVerifiedAt: null,
	createdAt: '2026-01-01T00:00:00Z',
	updatedAt: '2026-01-01T00:00:00Z',
	version: 1,
	...more
});
type Message = UserFeedData['userFeed'];
const entered = (user: Person): Message => ({ __typename: 'UserEntered', cursor: 'c', user });
const changed = (user: Person): Message => ({ __typename: 'UserChanged', cursor: 'c', user, changes: [] });
const left = (userId: string): Message => ({ __typename: 'UserLeft', cursor: 'c', userId });
const page = () => new Directory([person('ada'), person('bo')], 2);

describe('changes', () => {
	test('are shown where the row stands, and glow once', () => {
		const directory = page();
		directory.apply(changed(person('bo', { version: 2, displayName: 'Alba' })));
		expect(directory.rows.map((row) => row.person.displayName)).toEqual(['ada', 'Alba']);
		expect(directory.rows.map((row) => row.changes)).toEqual([0, 1]);
	});

	test('that are old, or told twice, change nothing', () => {
		const directory = page();
		directory.apply(changed(person('bo', { version: 3, displayName: 'new' })));
		directory.apply(changed(person('bo', { version: 2, displayName: 'old' })));
		directory.apply(changed(person('bo', { version: 3, displayName: 'new' })));
		expect(directory.row('bo')?.person.displayName).toBe('new');
		expect(directory.row('bo')?.changes).toBe(1);
	});

	test('of people elsewhere are none of this page', () => {
		const directory = page();
		directory.apply(changed(person('cy', { version: 9 })));
		expect(directory.rows).toHaveLength(2);
		expect(directory.total).toBe(2);
	});
});

describe('a snapshot', () => {
	test('tells who of the page still matches, and makes nobody a newcomer', () => {
		const directory = page();
		directory.awaitSnapshot();
		for (const id of ['ada', 'cy', 'di']) expect(directory.apply(entered(person(id)))).toBe(false);
		expect([directory.row('bo')?.left, directory.fresh.size]).toEqual([false, 0]);
		expect(directory.apply({ __typename: 'FeedReady', cursor: 'c' })).toBe(true);
		expect([directory.row('ada')?.left, directory.row('bo')?.left]).toEqual([false, true]);
		expect([directory.fresh.size, directory.total]).toEqual([0, 1]);
		directory.apply(entered(person('ed')));
		expect(directory.fresh.size).toBe(1);
	});

	test('is not over where somebody leaves meanwhile', () => {
		const directory = page();
		directory.awaitSnapshot();
		for (const id of ['ada', 'bo']) directory.apply(entered(person(id)));
		directory.apply(left('ada'));
		directory.apply({ __typename: 'FeedReady', cursor: 'c' });
		expect(directory.rows.map((row) => row.left)).toEqual([true, false]);
	});

	test('that was not asked for marks nobody', () => {
		const directory = page();
		directory.apply({ __typename: 'FeedReady', cursor: 'c' });
		expect(directory.rows.map((row) => row.left)).toEqual([false, false]);
	});
});

describe('coming and going', () => {
	test('newcomers wait, and count', () => {
		const directory = page();
		directory.apply(entered(person('cy')));
		directory.apply(entered(person('cy')));
		expect([directory.fresh.size, directory.total, directory.rows.length]).toEqual([1, 3, 2]);
	});

	test('a newcomer who leaves again was never here', () => {
		const directory = page();
		directory.apply(entered(person('cy')));
		directory.apply(left('cy'));
		expect([directory.fresh.size, directory.total]).toEqual([0, 2]);
	});

	test('who leaves stays as a row, marked, and counts no more, once', () => {
		const directory = page();
		directory.apply(left('ada'));
		directory.apply(left('ada'));
		expect([directory.row('ada')?.left, directory.total, directory.rows.length]).toEqual([true, 1, 2]);
	});

	test('who comes back is unmarked and glows', () => {
		const directory = page();
		directory.apply(left('ada'));
		directory.apply(entered(person('ada')));
		expect([directory.row('ada')?.left, directory.row('ada')?.changes, directory.total]).toEqual([
			false,
			1,
			2
		]);
	});

	test('someone of another page who leaves makes the total smaller', () => {
		const directory = new Directory([person('ada')], 10);
		directory.apply(left('somebody'));
		expect(directory.total).toBe(9);
	});
});

test('a heartbeat, and the end of the snapshot, say that nothing older is missing', () => {
	const directory = page();
	expect(directory.apply({ __typename: 'Heartbeat', cursor: 'c' })).toBe(true);
	expect(directory.apply({ __typename: 'FeedReady', cursor: 'c' })).toBe(true);
	expect(directory.apply(left('ada'))).toBe(false);
});

describe('what is expected before it is confirmed', () => {
	test('shows at once and can be taken back', () => {
		const directory = page();
		const undo = directory.expect('ada', { status: 'DISABLED' });
		expect(directory.row('ada')?.person.status).toBe('DISABLED');
		undo();
		expect(directory.row('ada')?.person.status).toBe('ACTIVE');
	});

	test('is not taken back over news that came meanwhile', () => {
		const directory = page();
		const undo = directory.expect('ada', { status: 'DISABLED' });
		directory.apply(changed(person('ada', { version: 2, role: 'ADMIN' })));
		undo();
		expect(directory.row('ada')?.person).toMatchObject({ version: 2, role: 'ADMIN', status: 'ACTIVE' });
	});

	test('confirmed by its own answer does not glow', () => {
		const directory = page();
		directory.expect('ada', { status: 'DISABLED' });
		directory.update(person('ada', { version: 2, status: 'DISABLED' }), false);
		directory.apply(changed(person('ada', { version: 2, status: 'DISABLED' })));
		expect(directory.row('ada')?.changes).toBe(0);
	});

	test('of nobody here is nothing', () => {
		page().expect('nobody', { status: 'DISABLED' })();
	});
});
