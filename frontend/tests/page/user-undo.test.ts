/** A user's page: its changes taken back. */
import { fireEvent, screen } from '@testing-library/svelte';
import { beforeEach, describe, expect, test } from 'vitest';
import { DisableUser, UpdateUser, UsersById, type User, type UserOutcome } from '#lib/graphql/documents.ts';
import { enChange } from '#lib/messages/en-change.ts';
import { en } from '#lib/messages/en.ts';
import type { Site } from '../document/site.ts';
import { ADMIN, node, payload } from '../fakes/rows.ts';
import { ada, form, header, newSite, show } from './user.ts';

let site: Site;
beforeEach(() => (site = newSite()));
const saved = (more: Partial<User>): UserOutcome => payload({ ...ada, version: 8, ...more });

describe('taken back', () => {
	const press = (key: string, target: Element | Window = document.body) =>
		fireEvent.keyDown(target as Element, { key, ctrlKey: true });
	const role = (): string => header().textContent!;

	async function makeAuditor() {
		site.api.on(UsersById, () => ({ nodes: [node(ada)] }));
		site.api.on(UpdateUser, ({ input }) => ({
			updateUser: saved({ role: input.role!, version: input.expectedVersion! + 1 })
		}));
		await show(site);
		await fireEvent.change(form('role').querySelector('select')!, { target: { value: 'AUDITOR' } });
		await fireEvent.submit(form('role'));
		await screen.findByText(`Ada: ${en.role.AUDITOR}`);
	}

	test.each([
		['the toast’s button', () => fireEvent.click(screen.getByRole('button', { name: en.common.undo }))],
		['Ctrl Z', () => press('z')]
	])('a role is as before, by %s, over the version that it made', async (_, undo) => {
		await makeAuditor();
		expect(role()).toContain(en.role.AUDITOR);
		await undo();
		await screen.findByText(enChange.undone(1, 'Ada'));
		expect(role()).not.toContain(en.role.AUDITOR);
		expect(site.api.variables(UpdateUser).at(-1)).toEqual({
			input: { id: ada.id, role: 'MEMBER', expectedVersion: 8 }
		});
		await press('z');
		expect(site.api.variables(UpdateUser), 'once').toHaveLength(2);
	});

	test('not while somebody types: there the key is the field’s own', async () => {
		await makeAuditor();
		await press('z', form('save').querySelector('[name=displayName]')!);
		await press('y');
		expect(site.api.variables(UpdateUser)).toHaveLength(1);
	});

	test('a profile is as before, and the form shows it', async () => {
		site.api.on(UpdateUser, ({ input }) => ({
			updateUser: saved({ displayName: input.displayName!, version: input.expectedVersion! + 1 })
		}));
		await show(site);
		const field = form('save').querySelector<HTMLInputElement>('[name=displayName]')!;
		await fireEvent.input(field, { target: { value: 'Augusta' } });
		await fireEvent.submit(form('save'));
		await screen.findByText(en.user.saved);
		await press('z');
		await screen.findByText(enChange.undone(1, 'Ada'));
		expect(field.value).toBe('Ada');
		expect(site.api.variables(UpdateUser).at(-1)).toEqual({
			input: { id: ada.id, displayName: 'Ada', expectedVersion: 8 }
		});
	});

	test('nothing that the API did not change', async () => {
		site.api.on(DisableUser, () => ({ disableUser: saved({ version: 7 }) }));
		await show(site);
		await fireEvent.submit(document.querySelector('form[action="?/disable"]')!);
		await screen.findByText(`Ada: ${en.status.ACTIVE}`);
		expect(screen.queryByRole('button', { name: en.common.undo })).toBeNull();
	});

	test('no rights of one’s own: they are needed for that', async () => {
		site.viewer = { ...ADMIN, id: ada.id };
		site.api.on(DisableUser, () => ({ disableUser: saved({ status: 'DISABLED' }) }));
		await show(site, { viewer: site.viewer });
		await fireEvent.submit(document.querySelector('form[action="?/disable"]')!);
		await screen.findByText(`Ada: ${en.status.DISABLED}`);
		expect(screen.queryByRole('button', { name: en.common.undo })).toBeNull();
	});
});
