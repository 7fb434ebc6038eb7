/** One list for every noun: what its rules decide. */
import { describe, expect, test } from 'vitest';
import { Rows, type Hold, type ListRules } from '#lib/stores/rows.svelte.ts';

interface Team {
	id: string;
	version: number;
	slug: string;
}
type Change = { entered: Team } | { left: string };

const team = (id: string, version = 1): Team => ({ id, version, slug: `the-${id}` });
const ids = (rows: Rows<Team, Change>) => rows.rows.map((row) => row.current.id).join(' ');
const list = (rules: ListRules<Team, Change>, total?: number) =>
	new Rows([team('b'), team('a')], rules, total);

/** A reader who does what the test says. */
class Reader implements Hold {
	aiming = false;
	reads: string | null = null;
	flood = false;
	holds = (isShown: (key: string) => boolean) => this.reads !== null && isShown(this.reads);
	isFlood = () => this.flood;
}

describe('newcomers', () => {
	test.each([
		['newestFirst', 'd c b a'],
		['newestLast', 'b a c d']
	] as const)('come where the order says (%s), highlighted, and count', (order, shown) => {
		const rows = list({ order }, 9);
		for (const id of ['c', 'd', 'd']) rows.enter(team(id));
		expect([ids(rows), rows.total, rows.waiting.size]).toEqual([shown, 11, 0]);
		expect(rows.rows.map((row) => [row.isNew, row.changes])).toContainEqual([true, 1]);
		expect([rows.row('a')?.isNew, rows.row('d')?.isNew]).toEqual([false, true]);
	});

	test('wait where only the API knows their place, until the page is read again', () => {
		const rows = list({ order: 'asRead' }, 9);
		rows.enter(team('c'));
		expect([rows.waiting.count, rows.total]).toEqual([1, 10]);
		expect([rows.show(), ids(rows)]).toEqual([false, 'b a']);
		rows.leave('c');
		expect([rows.waiting.count, rows.total]).toEqual([0, 9]);
	});

	test('wait while the reader holds the list, and nothing overtakes them', () => {
		const hold = new Reader();
		const rows = list({ order: 'newestFirst', hold });
		hold.reads = 'of another page';
		rows.enter(team('c'));
		hold.reads = 'a';
		rows.enter(team('d'));
		hold.reads = null;
		rows.enter(team('e'));
		expect([ids(rows), rows.waiting.count, rows.total]).toEqual(['c b a', 2, 5]);
		expect([rows.show(), ids(rows), rows.seen]).toEqual([true, 'e d c b a', 'c']);
		rows.enter(team('f'));
		expect([ids(rows), rows.waiting.count]).toEqual(['f e d c b a', 0]);
	});

	test('stay on hold while any of them waits: it ends when the last one leaves', () => {
		const hold = new Reader();
		const rows = list({ order: 'newestLast', hold });
		hold.flood = true;
		for (const id of ['c', 'd']) rows.enter(team(id));
		hold.flood = false;
		rows.leave('c');
		rows.enter(team('e'));
		expect([ids(rows), rows.waiting.count]).toEqual(['b a', 2]);
		for (const id of ['d', 'e']) rows.leave(id);
		rows.enter(team('f'));
		expect(ids(rows)).toBe('b a f');
	});

	test('wait for the pointer to rest; if the reader holds the list by then, until they ask', () => {
		const hold = new Reader();
		const rows = list({ order: 'newestFirst', hold });
		hold.aiming = true;
		rows.enter(team('c'));
		rows.release();
		expect([ids(rows), rows.waiting.count, rows.waiting.size]).toEqual(['b a', 0, 1]);
		hold.aiming = false;
		rows.release();
		expect([ids(rows), rows.row('c')?.changes]).toEqual(['c b a', 1]);
		hold.aiming = true;
		rows.enter(team('d'));
		[hold.aiming, hold.reads] = [false, 'a'];
		rows.release();
		expect([ids(rows), rows.waiting.count]).toEqual(['c b a', 1]);
	});

	test('that wait for the pointer come once, also when they are sent again before they are shown', () => {
		const hold = new Reader();
		const rows = list({ order: 'newestFirst', hold });
		hold.aiming = true;
		rows.enter(team('c'));
		hold.aiming = false;
		rows.enter(team('c'));
		rows.release();
		expect([ids(rows), rows.total]).toEqual(['c b a', 3]);
	});

	test('that were missed wait', () => {
		const rows = list({ order: 'newestFirst' });
		rows.enter(team('c'), true);
		expect([ids(rows), rows.waiting.count]).toEqual(['b a', 1]);
	});
});

describe('a list', () => {
	test('takes in live events by its own rule', () => {
		const missed: boolean[] = [];
		const rows = list({
			order: 'newestLast',
			apply(list, change, late) {
				missed.push(late);
				if ('left' in change) list.leave(change.left);
				else list.enter(change.entered);
			}
		});
		rows.apply({ left: 'a' });
		rows.apply({ entered: team('b', 2) }, true);
		expect(rows.rows.map((row) => [row.left, row.current.version])).toEqual([
			[false, 2],
			[true, 1]
		]);
		expect(missed).toEqual([false, true]);
	});

	test('knows its rows by the key that it names', () => {
		const rows = list({ order: 'newestFirst', key: ({ slug }) => slug });
		expect(rows.update({ ...team('other', 2), slug: 'the-a' })).toBe(true);
		expect([rows.row('the-a')?.current.id, rows.row('a')]).toEqual(['other', undefined]);
		rows.beginSnapshot();
		rows.enter(team('b'));
		rows.endSnapshot();
		expect(rows.rows.map((row) => row.left)).toEqual([false, true]);
		rows.append([team('b'), team('z')], false);
		expect(ids(rows)).toBe('b other z');
	});

	test('counts all pages, and never below none', () => {
		const rows = new Rows([team('a')], { order: 'asRead' }, 1);
		rows.leave('a');
		rows.leave('of another page');
		expect(rows.total).toBe(0);
	});

	test('shows the next page below, each row once, and counts nobody twice', () => {
		const rows = list({ order: 'asRead' }, 9);
		rows.enter(team('waits'));
		rows.append([team('a'), team('waits'), team('c')], true);
		expect([ids(rows), rows.total, rows.hasMore]).toEqual(['b a c', 10, true]);
		rows.append([], false);
		expect(rows.hasMore).toBe(false);
	});

	test('forgets the rows at its end when there are too many, and can read them again', () => {
		const rows = list({ order: 'newestFirst', shownMax: 2 });
		rows.enter(team('c'));
		expect([ids(rows), rows.hasMore, rows.row('a')]).toEqual(['c b', true, undefined]);
		rows.append([team('a')], false);
		expect(ids(rows)).toBe('c b a');
	});

	test('keeps no more waiting than it may, counts the others, and then has the page read again', () => {
		const rows = list({
			order: 'newestFirst',
			hold: Object.assign(new Reader(), { reads: 'a' }),
			waitingMax: 2
		});
		for (const id of ['c', 'd', 'e']) rows.enter(team(id));
		expect(rows.waiting.values.map(({ id }) => id)).toEqual(['d', 'e']);
		expect([rows.waiting.count, rows.total, rows.show(), ids(rows)]).toEqual([3, 5, false, 'b a']);
	});
});
