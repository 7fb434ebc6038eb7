/** The list of users: rows under changes that are not confirmed, presence after a break, the bulk dialog. */
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, test } from 'vitest';
import { DisableUser, EnableUser, UsersById, type UserOutcome } from '#lib/graphql/documents.ts';
import { enChange } from '#lib/messages/en-change.ts';
import { en } from '#lib/messages/en.ts';
import Page from '../../src/routes/(app)/people/+page.svelte';
import { ada, bo, data } from './users.ts';
import { node, payload, refused, user } from '../fakes/rows.ts';
import { Site, until } from '../document/site.ts';
import { navigating, visits } from '../document/kit/navigation.ts';

let site: Site;
beforeEach(() => (site = new Site('/people')));
const show = (search = '') => site.show(Page, { data: data([ada, bo], search), form: null });
const row = (id: string) => document.querySelector<HTMLElement>(`tr[data-id="${id}"]`)!;
const pick = (id: string) => fireEvent.click(row(id).querySelector('input')!);
const push = (message: object) => site.push('UserFeed', { users: message });

async function disable(...ids: string[]) {
	for (const id of ids) await pick(id);
	await fireEvent.click(await screen.findByRole('button', { name: en.bulk.disable }));
	const dialog = await screen.findByRole('dialog');
	await fireEvent.click(within(dialog).getByRole('button', { name: en.bulk.disable }));
}

describe('the feed', () => {
	test('changes rows where they stand, marks who left, and has newcomers wait', async () => {
		await show();
		await push({
			__typename: 'UserChanged',
			cursor: '1',
			user: { ...bo, version: 2, displayName: 'Alba' },
			changes: []
		});
		await push({ __typename: 'UserLeft', cursor: '2', userId: 'ada' });
		await push({ __typename: 'UserEntered', cursor: '3', user: user({ id: 'cy' }) });
		await screen.findByText(en.users.newOnes(1));
		expect(row('bo').textContent).toContain('Alba');
		expect(row('ada').textContent).toContain(en.users.left);
		expect(document.querySelector('[data-total]')!.textContent).toBe(en.users.total(2, true));
		expect(site.socket.subscriptions('UserFeed')).toHaveLength(1);
		await fireEvent.click(screen.getByRole('button', { name: en.users.showNew(1) }));
		expect(visits.urls).toEqual(['/people']);
	});

	test('leaves an estimate of how many there are as it was read, and says that it is one', async () => {
		await site.show(Page, { data: { ...data(), total: 12_000, exact: false }, form: null });
		const total = document.querySelector('[data-total]')!;
		expect(total.textContent).toBe('about 12,000 people');
		await push({ __typename: 'UserEntered', cursor: '1', user: user({ id: 'cy' }) });
		await screen.findByText(en.users.newOnes(1));
		expect(total.textContent).toBe('about 12,000 people');
	});

	test('has no presence in it: after a break all rows are asked for', async () => {
		site.api.on(UsersById, () => ({ nodes: [node({ ...ada, online: true }), node(bo)] }));
		await show();
		expect(row('ada').textContent).not.toContain(en.live.online);
		await site.reconnect();
		await waitFor(() => expect(row('ada').textContent).toContain(en.live.online));
		expect(row('bo').textContent).not.toContain(en.live.online);
		expect(site.api.variables(UsersById)).toEqual([{ ids: ['ada', 'bo'] }]);
	});

	test('filtered by presence is asked for from its beginning, and the snapshot marks who no longer matches', async () => {
		site.api.on(UsersById, () => ({ nodes: [] }));
		await show('online=yes');
		await until(() => site.socket.subscribed('UserFeed'));
		expect(site.socket.subscribed('UserFeed')!.payload!.variables).toMatchObject({ after: null });
		await push({ __typename: 'UserEntered', cursor: '1', user: ada });
		await push({ __typename: 'FeedReady', cursor: '2' });
		await waitFor(() => expect(row('bo').textContent).toContain(en.users.left));
		expect(row('ada').textContent).not.toContain(en.users.left);
	});
});

test('the pages say which rows they have, and count on from there', async () => {
	const pageInfo = { hasNextPage: true, hasPreviousPage: true, startCursor: 'a', endCursor: 'b' };
	const props = { ...data([ada, bo], 'after=x&at=50'), pageInfo, total: 12_000, exact: false };
	await site.show(Page, { data: props, form: null });
	expect(document.querySelector('[data-range]')!.textContent).toBe('51–52 of about 12,000');
	const link = (name: string) => screen.getByRole<HTMLAnchorElement>('link', { name }).search;
	expect([link(en.common.previous), link(en.common.next)]).toEqual(['?before=a', '?after=b&at=52']);
});

describe('the toolbar', () => {
	const field = (name: string) =>
		document.querySelector<HTMLInputElement>(`form[role=search] [name=${name}]`)!;
	const change = (name: string, value: string) => fireEvent.change(field(name), { target: { value } });
	const type = (value: string) => fireEvent.input(field('q'), { target: { value } });

	test('searches once the typing rests; the first word is a step in the history', async () => {
		await show();
		await type('ad');
		await waitFor(() => expect(visits.urls).toEqual(['/people?q=ad']));
		expect(visits.replaced).toEqual([false]);
	});

	test('replaces a word by what is typed next', async () => {
		await show('q=ad');
		await type('ada');
		await waitFor(() => expect(visits.urls).toEqual(['/people?q=ada']));
		expect(visits.replaced).toEqual([true]);
	});

	test('begins another order its own way, and keeps what is searched for', async () => {
		history.replaceState(null, '', '/people?q=ada&sort=created&dir=asc');
		await show('q=ada&sort=created&dir=asc');
		await change('sort', 'seen');
		expect(visits.urls).toEqual(['/people?q=ada&sort=seen']);
	});

	/** Opens the panel of filters, as the browser does, and waits until it is loaded. */
	async function openFilters() {
		const panel = document.querySelector('form[role=search] [popover]')!;
		await fireEvent(panel, Object.assign(new Event('toggle'), { newState: 'open' }));
		await screen.findByRole('group', { name: en.users.filter.role, hidden: true });
	}
	const choose = (name: string) => fireEvent.click(screen.getByRole('checkbox', { name, hidden: true }));

	test('asks for a filter at once, in the history, and keeps those whose panel was never opened', async () => {
		await show('q=ada&online=yes');
		await openFilters();
		await choose(en.role.ADMIN);
		expect([visits.urls, visits.replaced]).toEqual([['/people?q=ada&role=ADMIN&online=yes'], [false]]);
		await choose(en.role.AUDITOR);
		expect(visits.urls.at(-1)).toBe('/people?q=ada&role=AUDITOR,ADMIN&online=yes');
	});

	test('keeps the filters while something is searched, before their panel is loaded', async () => {
		await show('role=ADMIN,AUDITOR&created=7d');
		await type('ada');
		await waitFor(() => expect(visits.urls).toEqual(['/people?q=ada&role=AUDITOR,ADMIN&created=7d']));
	});

	test('takes one answer to yes or no, and days in the place of a named range', async () => {
		await show('access=yes&created=7d');
		await openFilters();
		await choose(en.users.access.no);
		expect(visits.urls.at(-1)).toBe('/people?created=7d&access=no');
		await fireEvent.change(screen.getByLabelText(en.days.from), { target: { value: '2026-10-01' } });
		expect(visits.urls.at(-1)).toBe('/people?created=2026-10-01..&access=no');
		await choose(en.days.presets['last-month']);
		expect(visits.urls.at(-1)).toBe('/people?created=last-month&access=no');
		await choose(en.users.access.no);
		expect(visits.urls.at(-1)).toBe('/people?created=last-month');
	});

	test('asks for no day while its year is typed', async () => {
		await show();
		await openFilters();
		const from = screen.getByLabelText(en.days.from);
		await fireEvent.change(from, { target: { value: '0020-10-01' } });
		expect(visits.urls).toEqual([]);
		await fireEvent.change(from, { target: { value: '2026-10-01' } });
		expect(visits.urls).toEqual(['/people?created=2026-10-01..']);
	});

	test('shows each filter in force, with the way to be without it', async () => {
		await show('q=ada&status=ACTIVE,DISABLED&role=ADMIN');
		const chip = document.querySelector('[data-chip=status]')!;
		expect(chip.textContent).toContain('Active, Disabled');
		expect(screen.getByRole('link', { name: en.filter.without(en.users.filter.status) })).toHaveProperty(
			'search',
			'?q=ada&role=ADMIN'
		);
		expect(screen.getByRole('link', { name: en.users.clearFilters })).toHaveProperty('search', '');
	});
});

describe('a bulk action', () => {
	test('shows each ahead, takes back the refused with the reason, and leaves those selected', async () => {
		let give = (_: UserOutcome) => {};
		site.api.on(DisableUser, async ({ id }) => ({
			disableUser:
				id === 'ada'
					? { __typename: 'UserPayload', user: { ...ada, status: 'DISABLED', version: 2 } }
					: await new Promise<UserOutcome>((resolve) => (give = resolve))
		}));
		await show();
		await disable('ada', 'bo');
		expect(row('bo').textContent).toContain(en.status.DISABLED);
		await waitFor(() => expect(site.api.variables(DisableUser)).toHaveLength(2));
		give({ __typename: 'ConflictProblem', code: 'LAST_ADMIN', message: '', current: null });
		await screen.findByText(en.problem.LAST_ADMIN);
		expect(row('bo').textContent).not.toContain(en.status.DISABLED);
		expect(row('ada').textContent).toContain(en.status.DISABLED);
		expect(row('bo').querySelector('input')!.checked).toBe(true);
		expect(row('ada').querySelector('input')!.checked).toBe(false);
		expect(site.api.variables(DisableUser).map(({ id }) => id)).toEqual(['ada', 'bo']);
	});

	test.each([
		['its dialog is closed', () => document.querySelector<HTMLDialogElement>('dialog[open]')!.close()],
		['the page is left', cleanup]
	])('begins nothing more once %s', async (_, leave) => {
		const begun: ((outcome: { disableUser: UserOutcome }) => void)[] = [];
		site.api.on(DisableUser, () => new Promise((resolve) => begun.push(resolve)));
		const many = Array.from({ length: 9 }, (_, number) => user({ id: `user-${number}` }));
		await site.show(Page, { data: data(many), form: null });
		await disable(...many.map(({ id }) => id));
		await waitFor(() => expect(begun).toHaveLength(4));
		leave();
		for (const resolve of begun) resolve({ disableUser: payload(user()) });
		// Whatever was to be begun has been, by a task that comes after theirs.
		await new Promise((resolve) => setTimeout(resolve, 50));
		expect(site.api.variables(DisableUser)).toHaveLength(4);
	});

	test('without a connection says so for each', async () => {
		await show();
		site.offline = true;
		await disable('ada');
		await screen.findByText(en.problem.UNAVAILABLE);
		expect(row('ada').textContent).not.toContain(en.status.DISABLED);
	});

	test('is taken back for those that it changed, and not for those who were so already', async () => {
		site.api.on(DisableUser, ({ id }) => {
			const outcome = payload(user({ id, status: 'DISABLED', version: 2 }));
			// Somebody else has disabled Bo since: the API has nothing to do.
			return {
				disableUser:
					id === 'bo'
						? refused('VERSION_CONFLICT', { current: { ...bo, status: 'DISABLED', version: 2 } })
						: outcome
			};
		});
		site.api.on(EnableUser, ({ id, expectedVersion }) => ({
			enableUser: payload(user({ id, version: expectedVersion! + 1 }))
		}));
		const cy = user({ id: 'cy', status: 'DISABLED' });
		await site.show(Page, { data: data([ada, bo, cy]), form: null });
		await disable('ada', 'bo', 'cy');
		await screen.findByText(enChange.result(1, 0, 0));
		await waitFor(() => expect(document.querySelector('dialog[open]')).toBeNull());
		await fireEvent.keyDown(document.body, { key: 'z', ctrlKey: true });
		await screen.findByText(enChange.undone(1, 'Ada'));
		expect(site.api.variables(EnableUser)).toEqual([{ id: 'ada', expectedVersion: 2 }]);
		expect(site.api.variables(DisableUser).map(({ id }) => id)).toEqual(['ada', 'bo']);
		expect(['ada', 'bo', 'cy'].map((id) => row(id).textContent!.includes(en.status.DISABLED))).toEqual([
			false,
			true,
			true
		]);
	});
});

describe('a search that was typed just now', () => {
	const type = (text: string) => fireEvent.input(screen.getByRole('searchbox'), { target: { value: text } });
	const rested = () => new Promise((resolve) => setTimeout(resolve, 250));

	test('waits for a pause, also where the page is only sorted', async () => {
		await show();
		await type('ad');
		await type('ada');
		navigating('/people?sort=name');
		await until(() => visits.urls.length > 0);
		expect(visits.urls).toEqual(['/people?q=ada']);
	});

	test.each([
		['another page is opened', () => navigating('/people/ada')],
		['the page is gone', cleanup]
	])('is given up once %s', async (_, leave) => {
		await show();
		await type('ada');
		leave();
		await rested();
		expect(visits.urls).toEqual([]);
	});
});
