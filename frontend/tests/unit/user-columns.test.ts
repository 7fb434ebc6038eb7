/** The columns of the list of users: which, how wide, and where their heads lead. */
import { describe, expect, test } from 'vitest';
import { en } from '#lib/messages/en.ts';
import { COLUMNS, MANY_COLUMNS, crowdOf, parseUsers } from '#lib/utils/user/address.ts';
import { columnChoices, userColumns } from '#lib/utils/user/columns.ts';

const columns = (shown: readonly string[], search = '') =>
	userColumns(en, parseUsers(new URLSearchParams(search)), shown);

describe('the columns that are shown', () => {
	test('are the name and those that were chosen, in the order of the list', () => {
		expect(columns(['created', 'role']).map(({ key }) => key)).toEqual(['name', 'role', 'created']);
		expect(columns([]).map(({ key }) => key)).toEqual(['name']);
	});

	test('are as wide as their text where there are many, and the name keeps its room', () => {
		const few = COLUMNS.slice(0, MANY_COLUMNS - 1);
		const many = COLUMNS.slice(0, MANY_COLUMNS);
		expect(columns(few)[0]?.class).toBeUndefined();
		expect(columns(many)[0]?.class).toBe('w-56');
		expect(
			columns(many).every((column) => column.class),
			'a column without a width takes the rest'
		).toBe(true);
		expect([few, many, COLUMNS].map(({ length }) => crowdOf(length))).toEqual(['few', 'many', 'every']);
	});

	test('turn the order round by their own head, and take it over by another', () => {
		const heads = columns(['seen'], 'q=a&sort=name').map(({ sort }) => sort);
		expect(heads).toEqual([
			{ href: '/people?q=a&sort=name&dir=desc', order: 'ascending' },
			{ href: '/people?q=a&sort=seen', order: 'none' }
		]);
		expect(columns([], 'sort=name&dir=desc')[0]?.sort).toEqual({
			href: '/people?sort=name',
			order: 'descending'
		});
	});
});

test('of the columns that can be chosen those are marked that are shown', () => {
	const chosen = columnChoices(en, ['name', 'role']).filter((choice) => choice.chosen);
	expect(chosen.map(({ value }) => value)).toEqual(['role']);
});
