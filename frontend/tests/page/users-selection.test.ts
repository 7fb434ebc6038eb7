/** Selecting users: ranges, over several pages, and all that match. */
import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, test } from 'vitest';
import { DisableUser, Users } from '#lib/graphql/documents.ts';
import { enRow } from '#lib/messages/en-row.ts';
import { en } from '#lib/messages/en.ts';
import Page from '../../src/routes/(app)/people/+page.svelte';
import { Site } from '../document/site.ts';
import { payload, user } from '../fakes/rows.ts';
import { data } from './users.ts';

let site: Site;
beforeEach(() => (site = new Site('/people')));
const row = (id: string) => document.querySelector<HTMLElement>(`tr[data-id="${id}"]`)!;
const pick = (id: string) => fireEvent.click(row(id).querySelector('input')!);

async function disable(id: string) {
	await pick(id);
	await fireEvent.click(await screen.findByRole('button', { name: en.bulk.disable }));
	const dialog = await screen.findByRole('dialog');
	await fireEvent.click(within(dialog).getByRole('button', { name: en.bulk.disable }));
}

describe('a selection', () => {
	test('is over those of other pages too, who stay selected when the page is turned', async () => {
		site.api.on(DisableUser, ({ id }) => ({
			disableUser: payload(user({ id, status: 'DISABLED', version: 2 }))
		}));
		const turn = await site.show(Page, { data: data(), form: null });
		await pick('bo');
		await turn({ data: data([user({ id: 'cy', displayName: 'Cy' })]) });
		await disable('cy');
		await waitFor(() => expect(site.api.variables(DisableUser).map(({ id }) => id)).toEqual(['bo', 'cy']));
		await waitFor(() => expect(screen.queryByText(en.users.selected(0))).not.toBeNull());
	});

	test('says how many are on other pages, and exports them with those of this one', async () => {
		const turn = await site.show(Page, { data: data(), form: null });
		await pick('ada');
		await turn({ data: data([user({ id: 'cy' })]) });
		await pick('cy');
		const bar = await screen.findByRole('group', { name: en.users.selected(2) });
		expect(bar.textContent).toContain(en.users.selectedElsewhere(1));
		const form = bar.closest('form')!;
		expect(new FormData(form).getAll('id').sort()).toEqual(['ada', 'cy']);
	});

	test('picks ranges by the keyboard: Shift with an arrow, and Shift with x', async () => {
		const many = ['a', 'b', 'c', 'd', 'e'].map((id) => user({ id }));
		await site.show(Page, { data: data(many), form: null });
		const press = (key: string, shiftKey = false) =>
			fireEvent.keyDown(document.activeElement!, { key, shiftKey });
		const picked = () =>
			many
				.map(({ id }) => id)
				.filter((id) => row(id).querySelector('input')!.checked)
				.join('');
		await press('ArrowDown');
		expect(document.activeElement, 'the arrows scroll until a row has the focus').toBe(document.body);
		await press('j');
		await press('ArrowDown', true);
		await press('ArrowDown', true);
		expect(picked()).toBe('abc');
		await press('ArrowUp', true);
		expect(picked()).toBe('ab');
		await press('Escape');
		expect(picked()).toBe('');
		await press('x');
		await press('ArrowDown');
		await press('j');
		await press('X', true);
		expect(picked()).toBe('bcd');
	});

	test('picks a range with shift, and all with the box in the head', async () => {
		const many = ['a', 'b', 'c', 'd'].map((id) => user({ id }));
		await site.show(Page, { data: data(many), form: null });
		const box = (id: string) => row(id).querySelector('input')!;
		await pick('a');
		await fireEvent.click(box('c'), { shiftKey: true });
		expect(many.map(({ id }) => box(id).checked)).toEqual([true, true, true, false]);
		await fireEvent.click(document.querySelector('thead input')!);
		expect(many.map(({ id }) => box(id).checked)).toEqual([true, true, true, true]);
	});
});

describe('all that match', () => {
	const page = (from: number, count: number, all: number) => ({
		edges: Array.from({ length: count }, (_, index) => ({
			cursor: `${from + index}`,
			node: user({ id: `user-${from + index}` })
		})),
		pageInfo: {
			hasNextPage: from + count < all,
			hasPreviousPage: from > 0,
			startCursor: `${from}`,
			endCursor: `${from + count - 1}`
		},
		totalCount: null
	});

	/** The first of several pages, with everybody on it selected. */
	async function showFirst(total: number, search = '') {
		const first = Array.from({ length: 3 }, (_, index) => user({ id: `user-${index}` }));
		const shown = { ...data(first, search), total };
		shown.pageInfo = { ...shown.pageInfo, hasNextPage: true };
		await site.show(Page, { data: shown, form: null });
		await fireEvent.click(document.querySelector('thead input')!);
	}
	const bar = (n: number) => screen.findByRole('group', { name: en.users.selected(n) });

	test('are read page by page, from the first on, in the order that is shown', async () => {
		site.api.on(Users, ({ after }) => ({ users: after ? page(100, 30, 130) : page(0, 100, 130) }) as never);
		await showFirst(130, 'q=ada&sort=name');
		await fireEvent.click(await screen.findByRole('button', { name: enRow.selectMatching(130, true) }));
		await bar(130);
		expect(site.api.variables(Users)).toEqual(
			[null, '99'].map((after) => ({
				first: 100,
				after,
				search: 'ada',
				filter: null,
				orderBy: { field: 'DISPLAY_NAME', direction: 'ASC' },
				count: false
			}))
		);
		await waitFor(() => expect(document.activeElement?.textContent).toBe(en.bulk.enable));
	});

	test('stop where they are stopped', async () => {
		let give = (_: object) => {};
		site.api.on(Users, ({ after }) =>
			after
				? new Promise<never>((resolve) => (give = resolve as typeof give))
				: ({ users: page(0, 100, 1_000) } as never)
		);
		await showFirst(1_000);
		await fireEvent.click(await screen.findByRole('button', { name: enRow.selectMatching(1_000, true) }));
		await bar(100);
		await waitFor(() => expect(site.api.variables(Users)).toHaveLength(2));
		await fireEvent.click(screen.getByRole('button', { name: enRow.stopSelecting }));
		give({ users: page(100, 100, 1_000) });
		await screen.findByRole('button', { name: enRow.selectMatching(1_000, true) });
		await bar(100);
		expect(site.api.variables(Users)).toHaveLength(2);
	});

	test('are not more than can be changed at once, and the button says so', async () => {
		site.api.on(Users, ({ after }) => ({ users: page(after ? Number(after) + 1 : 0, 100, 12_000) }) as never);
		await showFirst(12_000);
		await fireEvent.click(await screen.findByRole('button', { name: enRow.selectFirst(2_000) }));
		await bar(2_000);
		await waitFor(() => expect(screen.queryByRole('button', { name: enRow.selectFirst(2_000) })).toBeNull());
		expect(site.api.variables(Users)).toHaveLength(20);
	});

	test('say why where they cannot be read', async () => {
		await showFirst(130);
		const button = await screen.findByRole('button', { name: enRow.selectMatching(130, true) });
		site.offline = true;
		await fireEvent.click(button);
		await screen.findByText(en.problem.UNAVAILABLE);
		await bar(3);
	});
});
