/** What a row of the list does: its menu, and its role and status where they stand. */
import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { describe, expect, test, vi } from 'vitest';
import { DisableUser, RevokeSessions, SetPassword, UpdateUser } from '#lib/graphql/documents.ts';
import { enRow } from '#lib/messages/en-row.ts';
import { enRecord } from '#lib/messages/en-record.ts';
import { en } from '#lib/messages/en.ts';
import Page from '../../src/routes/(app)/people/+page.svelte';
import { submissionsDone } from '../document/kit/forms.ts';
import { until } from '../document/site.ts';
import { DONE, payload, refused, user } from '../fakes/rows.ts';
import { choose, menuOf, name, press, row, show, site } from './users-rows.ts';
import { data } from './users.ts';

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

describe('the columns of a row', () => {
	const cells = () => [...row('ada').querySelectorAll('td, th')].map((cell) => cell.textContent.trim());
	const columns = async (search: string) => {
		await show(data([user({ id: 'ada', email: 'ada@example.com', canSignIn: false })], search));
		return cells();
	};

	test('are those that were chosen, after the name', async () => {
		const shown = await columns('cols=name,email,access,updated');
		expect(shown.slice(2, 4)).toEqual(['ada@example.com', en.users.access.no]);
		expect(row('ada').querySelectorAll('.mail, .role, .status, .seen')).toHaveLength(1);
		expect(row('ada').querySelector('.who')!.textContent).not.toContain('@');
	});

	test('have the address below the name, and who cannot sign in beside it, unless a column says so', async () => {
		await columns('cols=name,role');
		expect(row('ada').querySelector('.who .email')!.textContent).toContain(en.access.none);
	});
});
