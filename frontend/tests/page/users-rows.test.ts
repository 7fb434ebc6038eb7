/** What a row of the list does: its menu, its role and status where they stand, and its user beside the list. */
import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import {
	DisableUser,
	RevokeSessions,
	SetPassword,
	UpdateUser,
	UserPage,
	type User
} from '#lib/graphql/documents.ts';
import { loadPeek } from '#lib/components/user/peek.ts';
import { enRow } from '#lib/messages/en-row.ts';
import { enRecord } from '#lib/messages/en-record.ts';
import { en } from '#lib/messages/en.ts';
import Page from '../../src/routes/(app)/people/+page.svelte';
import { actions } from '../../src/routes/(app)/people/[id]/+page.server.ts';
import { page } from '../document/kit/state.svelte.ts';
import { submissionsDone } from '../document/kit/forms.ts';
import { Site, until } from '../document/site.ts';
import { DONE, event, payload, refused, sessionPage, user } from '../fakes/rows.ts';
import { ada, bo, data } from './users.ts';

let site: Site;
const ids = { ada: ada!, bo: bo!, cy: user({ id: 'cy', displayName: 'Cy' }) };
const all = Object.values(ids);

const read = (one: User) => ({
	user: {
		...one,
		sessions: sessionPage([]),
		events: {
			edges: [{ node: event(`of-${one.id}-${one.version}`, { user: one, userId: one.id }) }],
			pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null }
		}
	}
});
beforeEach(() => {
	site = new Site('/people', actions, { id: 'ada' });
	site.api.on(UserPage, ({ id }) => read(all.find((one) => one.id === id)!) as never);
});
const show = (more = {}) => site.show(Page, { data: { ...data(all), ...more }, form: null });
const row = (id: string) => document.querySelector<HTMLElement>(`tr[data-id="${id}"]`)!;
const name = (id: string) => row(id).querySelector<HTMLElement>('.name')!;
const press = (key: string, target: Element = document.activeElement!) => fireEvent.keyDown(target, { key });
const menuOf = async (id: string, menu = 'all') => {
	await fireEvent.click(row(id).querySelector(`[data-menu=${menu}]`)!);
	return screen.findByRole('menu', { hidden: true });
};
const choose = async (menu: HTMLElement, item: string) =>
	fireEvent.click(within(menu).getByText(item, { exact: true }));

describe('the menu of a row', () => {
	test('is walked by its keys, and gives the focus back to its button', async () => {
		Object.assign(navigator, { clipboard: {} });
		await show();
		const menu = await menuOf('ada');
		const button = row('ada').querySelector<HTMLElement>('[data-menu=all]')!;
		expect(button.getAttribute('aria-expanded')).toBe('true');
		// The role that holds is where one begins.
		const focused = () => document.activeElement!.textContent!.trim();
		await waitFor(() => expect(focused()).toBe(en.role.MEMBER));
		await press('ArrowUp');
		expect(focused()).toBe(enRow.copyId);
		await press('End');
		expect(focused()).toBe(en.bulk.delete);
		await press('ArrowDown');
		expect(focused(), 'after the last comes the first').toBe(enRow.open);
		await press('c');
		await press('c');
		expect(focused(), 'a letter goes to the next item of that letter').toBe(enRow.copyEmail);
		await press('Escape');
		await waitFor(() => expect(menu.isConnected).toBe(false));
		expect(document.activeElement).toBe(button);
		expect(button.hasAttribute('aria-expanded')).toBe(false);
		Reflect.deleteProperty(navigator, 'clipboard');
	});

	test('is closed by its button, by a press elsewhere, and replaced by that of another row', async () => {
		await show();
		const closed = () => waitFor(() => expect(screen.queryByRole('menu', { hidden: true })).toBeNull());
		await menuOf('ada');
		await fireEvent.click(row('ada').querySelector('[data-menu=all]')!);
		await closed();
		await menuOf('ada');
		await fireEvent.pointerDown(document.body);
		await closed();
		await menuOf('ada');
		await fireEvent.pointerDown(row('bo'));
		const menu = await menuOf('bo');
		expect(menu.getAttribute('aria-label')).toBe(en.users.menu('Bo'));
	});

	test('has no more than the reader may do', async () => {
		site.viewer = { ...site.viewer, role: 'MEMBER' };
		await show();
		expect(row('ada').querySelectorAll('[data-menu]')).toHaveLength(1);
		const items = within(await menuOf('ada')).getAllByRole('menuitem', { hidden: true });
		expect(items.map((item) => item.textContent!.trim())).not.toContain(en.bulk.disable);
	});

	test('opens by m on the row that has the focus', async () => {
		await show();
		name('bo').focus();
		await press('m');
		expect((await screen.findByRole('menu', { hidden: true })).getAttribute('aria-label')).toBe(
			en.users.menu('Bo')
		);
	});

	test('copies', async () => {
		const writeText = vi.fn(async () => {});
		Object.assign(navigator, { clipboard: { writeText } });
		await show();
		await choose(await menuOf('ada'), enRow.copyLink);
		await screen.findByText(en.common.copied);
		expect(writeText).toHaveBeenCalledWith('http://localhost:3000/people/ada');
		Reflect.deleteProperty(navigator, 'clipboard');
	});

	test('signs out everywhere once that is confirmed, and says why not', async () => {
		let answer = refused('FORBIDDEN');
		site.api.on(RevokeSessions, () => ({ revokeSessions: answer }));
		await show();
		await choose(await menuOf('ada'), enRow.signOut);
		const dialog = await screen.findByRole('dialog');
		expect(site.api.variables(RevokeSessions)).toEqual([]);
		const confirm = within(dialog).getByRole('button', { name: enRow.signOutConfirm });
		await fireEvent.click(confirm);
		await within(dialog).findByText(en.problem.FORBIDDEN);
		answer = DONE as never;
		await fireEvent.click(confirm);
		await screen.findByText(enRow.signedOut('Ada'));
		expect(site.api.variables(RevokeSessions)).toEqual([{ userId: 'ada' }, { userId: 'ada' }]);
		await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
	});

	test('sets a password over the version that is shown, and shows a generated one', async () => {
		site.api.on(SetPassword, () => ({ setPassword: payload(user({ id: 'ada', version: 2 })) }));
		await show();
		await choose(await menuOf('ada'), enRow.setPassword);
		const dialog = await screen.findByRole('dialog', { name: enRow.passwordTitle('Ada') });
		await fireEvent.click(within(dialog).getByRole('button', { name: enRecord.access.generate }));
		await submissionsDone();
		const password = dialog.querySelector('[data-password]')!.textContent!;
		const input = { userId: 'ada', password, expectedVersion: 1 };
		expect(site.api.variables(SetPassword)).toEqual([{ input }]);
		await fireEvent.click(within(dialog).getByRole('button', { name: en.common.close }));
	});
});

describe('role and status where they stand', () => {
	test('what nothing follows from is changed at once, shown ahead, and taken back', async () => {
		let give = (_: object) => {};
		site.api.on(UpdateUser, () => new Promise<never>((resolve) => (give = resolve as typeof give)));
		await show();
		await choose(await menuOf('ada', 'role'), en.role.AUDITOR);
		await waitFor(() => expect(row('ada').dataset.id && row('ada').textContent).toContain(en.role.AUDITOR));
		await until(() => site.api.variables(UpdateUser).length === 1);
		give({ updateUser: payload(user({ id: 'ada', role: 'AUDITOR', version: 2 })) });
		await fireEvent.click(await screen.findByRole('button', { name: en.common.undo }));
		await until(() => site.api.variables(UpdateUser).length === 2);
		give({ updateUser: payload(user({ id: 'ada', version: 3 })) });
		await waitFor(() => expect(row('ada').querySelector('.role')!.textContent).toContain(en.role.MEMBER));
		expect(site.api.variables(UpdateUser).map(({ input }) => input)).toEqual([
			{ id: 'ada', role: 'AUDITOR', expectedVersion: 1 },
			{ id: 'ada', role: 'MEMBER', expectedVersion: 2 }
		]);
	});

	test('a refusal is said with the name, and the row goes back', async () => {
		site.api.on(UpdateUser, () => ({ updateUser: refused('VERSION_CONFLICT') }));
		await show();
		await choose(await menuOf('ada', 'role'), en.role.AUDITOR);
		await screen.findByText(`Ada: ${en.problem.VERSION_CONFLICT}`);
		expect(row('ada').querySelector('.role')!.textContent).toContain(en.role.MEMBER);
		expect(screen.queryByRole('button', { name: en.common.undo })).toBeNull();
	});

	test('a power action asks first, by name, and says what it has done', async () => {
		site.api.on(DisableUser, ({ id }) => ({
			disableUser: payload(user({ id, status: 'DISABLED', version: 2 }))
		}));
		await show();
		name('ada').focus();
		await press('s');
		await choose(await screen.findByRole('menu', { hidden: true }), en.status.DISABLED);
		const dialog = await screen.findByRole('dialog', { name: 'Disable Ada?' });
		expect(site.api.variables(DisableUser)).toEqual([]);
		within(dialog).getByText(en.user.disableText);
		await fireEvent.click(within(dialog).getByRole('button', { name: en.bulk.disable }));
		await screen.findByText('Ada: Disabled');
		expect(site.api.variables(DisableUser)).toEqual([{ id: 'ada', expectedVersion: 1 }]);
		screen.getByRole('button', { name: en.common.undo });
	});

	test('of oneself nothing is changed at once', async () => {
		const me = user({ id: site.viewer.id, displayName: 'Grace', role: 'AUDITOR', status: 'DISABLED' });
		await site.show(Page, { data: data([me]), form: null });
		await choose(await menuOf(me.id, 'status'), en.status.ACTIVE);
		await screen.findByRole('dialog', { name: 'Enable Grace?' });
	});
});

describe('a user beside the list', () => {
	const beside = () => document.querySelector<HTMLElement>('aside[data-beside]');
	const shown = (id: string) => waitFor(() => expect(beside()?.dataset.beside).toBe(id));

	test('is opened by a key, has an address, and moves on with j, k and the arrows', async () => {
		await show();
		name('ada').focus();
		await press('p');
		await shown('ada');
		expect(document.activeElement).toBe(beside());
		expect(location.search).toBe('?peek=ada');
		await press('j');
		await shown('bo');
		await press('ArrowDown');
		await shown('cy');
		await press('j');
		expect(beside()!.dataset.beside, 'after the last comes nobody').toBe('cy');
		await press('k');
		await shown('bo');
		expect(document.activeElement, 'the reader stays there').toBe(beside());
		await press('Escape');
		await waitFor(() => expect(beside()).toBeNull());
		expect(document.activeElement).toBe(name('bo'));
		await waitFor(() => expect(location.search).toBe(''));
	});

	test('Space shows and hides; on a box it ticks that', async () => {
		await show();
		name('ada').focus();
		await press(' ');
		await shown('ada');
		await press(' ');
		await waitFor(() => expect(beside()).toBeNull());
		row('bo').querySelector('input')!.focus();
		await press(' ');
		expect(page.state.peek ?? null).toBeNull();
	});

	test('follows the focus of the rows, and x selects whom one sees', async () => {
		await show();
		name('ada').focus();
		await press('p');
		await shown('ada');
		name('ada').focus();
		await press('j');
		await shown('bo');
		expect(document.activeElement).toBe(name('bo'));
		beside()!.focus();
		await press('x');
		expect(row('bo').querySelector('input')!.checked).toBe(true);
	});

	test('is read once it is shown for a moment, and changes as its row does', async () => {
		await show();
		await fireEvent.click(row('ada').querySelector('[data-peek]')!);
		await shown('ada');
		await waitFor(() => expect(beside()!.querySelector('[data-event=of-ada-1]')).not.toBeNull());
		const next = { ...ids.ada, version: 2, displayName: 'Ada Lovelace' };
		site.api.on(UserPage, () => read(next) as never);
		await site.push('UserFeed', {
			users: { __typename: 'UserChanged', cursor: '1', user: next, changes: [] }
		});
		await within(beside()!).findByRole('heading', { name: 'Ada Lovelace' });
		await waitFor(() => expect(beside()!.querySelector('[data-event=of-ada-2]')).not.toBeNull());
		await site.push('UserFeed', { users: { __typename: 'UserLeft', cursor: '2', userId: 'ada' } });
		await within(beside()!).findByText(en.users.left);
	});

	test('who is walked past is not read', async () => {
		await show();
		name('ada').focus();
		await press('p');
		await shown('ada');
		await press('j');
		await shown('bo');
		await press('j');
		await shown('cy');
		await waitFor(() => expect(beside()!.querySelector('[data-event=of-cy-1]')).not.toBeNull());
		expect(site.api.variables(UserPage).map(({ id }) => id)).not.toContain('bo');
	});

	test('comes with the page where its address names one, who need not be in the list', async () => {
		const di = user({ id: 'di', displayName: 'Di' });
		await show({ peek: { id: 'di', user: read(di).user }, peekPart: await loadPeek('en') });
		within(beside()!).getByRole('heading', { name: 'Di' });
		expect(document.activeElement, 'the focus is left where it is').toBe(document.body);
		expect(site.api.variables(UserPage)).toEqual([]);
		await site.push('UserHistoryFeed', {
			userEvents: {
				__typename: 'Event',
				...event('renamed', { userId: 'di' }),
				user: { ...di, displayName: 'Diana', version: 2 }
			}
		});
		await within(beside()!).findByRole('heading', { name: 'Diana' });
		await press('j', document.body);
		await shown('ada');
		await press('Escape');
		await waitFor(() => expect(beside()).toBeNull());
		expect(location.search).toBe('');
	});

	test('says so where they are not to be seen', async () => {
		await show({ peek: { id: 'di', user: null }, peekPart: await loadPeek('en') });
		within(beside()!).getByText(en.user.notFoundText);
	});

	test('is changed there as in the row: by the same question, or at once', async () => {
		site.api.on(UpdateUser, () => ({
			updateUser: payload(user({ id: 'ada', role: 'AUDITOR', version: 2 }))
		}));
		await show();
		name('ada').focus();
		await press('p');
		await shown('ada');
		const panel = within(beside()!);
		await fireEvent.change(panel.getByRole('combobox'), { target: { value: 'AUDITOR' } });
		await fireEvent.submit(beside()!.querySelector('[data-role-form]')!);
		await screen.findByText('Ada: Auditor');
		expect(panel.getByRole<HTMLSelectElement>('combobox').value).toBe('AUDITOR');
		const link = panel.getByRole<HTMLAnchorElement>('link', { name: en.bulk.disable });
		expect(link.pathname + link.search, 'without script it leads to the page that asks').toBe(
			`/people/change?do=disable&ids=ada&back=${encodeURIComponent('/people?peek=ada')}`
		);
		await fireEvent.click(link);
		await screen.findByRole('dialog', { name: 'Disable Ada?' });
	});
});
