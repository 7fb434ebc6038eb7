/** One person: edited by two at once, their sessions ended, their status changed, with and without script. */
import { beforeAll, describe, expect } from 'vitest';
import { UsersById } from '#lib/graphql/documents.ts';
import { Api, unique } from './harness/api.ts';
import { ADMIN } from './harness/stack.ts';
import { test, type Visitor } from './harness/visitor.ts';

let api: Api;
beforeAll(async () => (api = await Api.signIn()));

const name = ({ page }: Visitor) => page.locator('[data-form=save]').getByLabel('Name');
const save = ({ page }: Visitor) =>
	page.locator('[data-form=save]').getByRole('button', { name: 'Save changes' });

test('what one saves, the other sees, where it stands', async ({ open }) => {
	const someone = await api.newUser();
	const [writer, reader] = [await open({ as: ADMIN }), await open({ as: ADMIN })];
	for (const visitor of [writer, reader]) {
		await visitor.goto(`/people/${someone.id}`);
		await visitor.live();
	}
	await name(writer).fill('Renamed By The First');
	await save(writer).click();
	await reader.page.getByRole('heading', { name: 'Renamed By The First' }).waitFor();
	expect(await name(reader).inputValue(), 'nobody was typing here').toBe('Renamed By The First');
	await reader.page.locator('[data-timeline] [data-type=USER_UPDATED]').waitFor();
});

describe('edited by two at once', () => {
	test('the second sees both and saves over it knowingly', async ({ open }) => {
		const someone = await api.newUser();
		const visitor = await open({ as: ADMIN });
		const { page } = visitor;
		await visitor.goto(`/people/${someone.id}`);
		await visitor.live();
		await name(visitor).fill('What I Was Typing');
		await api.update({ id: someone.id, displayName: 'Theirs Came First' });
		const conflict = page.locator('[data-conflict="1"]');
		await conflict.getByText('while you were editing').waitFor();
		expect(await name(visitor).inputValue(), 'what was typed stays').toBe('What I Was Typing');
		expect(await conflict.textContent()).toContain('Theirs Came First');
		await conflict.getByRole('button', { name: 'Save mine' }).click();
		await page.getByRole('heading', { name: 'What I Was Typing' }).waitFor();
		await conflict.waitFor({ state: 'detached' });
	});

	test('or takes theirs', async ({ open }) => {
		const someone = await api.newUser();
		const visitor = await open({ as: ADMIN });
		await visitor.goto(`/people/${someone.id}`);
		await visitor.live();
		await name(visitor).fill('What I Was Typing');
		await api.update({ id: someone.id, displayName: 'Theirs Came First' });
		await visitor.page.getByText('Take theirs', { exact: true }).click();
		expect(await name(visitor).inputValue()).toBe('Theirs Came First');
		await visitor.page.locator('[data-conflict]').waitFor({ state: 'detached' });
	});

	test('without script nothing is lost either', async ({ open }) => {
		const someone = await api.newUser();
		const visitor = await open({ as: ADMIN, script: false });
		visitor.expected.push(/status of 4\d\d/);
		const { page } = visitor;
		await visitor.goto(`/people/${someone.id}`);
		await api.update({ id: someone.id, displayName: 'Theirs Came First' });
		await name(visitor).fill('What I Was Typing');
		await save(visitor).click();
		const conflict = page.locator('[data-conflict="1"]');
		await conflict.getByText('Theirs Came First').waitFor();
		expect(await name(visitor).inputValue()).toBe('What I Was Typing');
		await conflict.getByRole('button', { name: 'Save mine' }).click();
		await page.getByRole('heading', { name: 'What I Was Typing' }).waitFor();
	});
});

describe.each([{ script: true }, { script: false }])('with script $script', ({ script }) => {
	test('an ended session signs the other out, with the reason', async ({ open }) => {
		const someone = await api.newUser();
		const guest = await open({ as: someone });
		await guest.goto('/people');
		await guest.live();
		const visitor = await open({ as: ADMIN, script });
		await visitor.goto(`/people/${someone.id}`);
		await visitor.page.getByRole('button', { name: /^End the session on Chrom/ }).click();
		await guest.page.getByText('This session was ended.').waitFor();
	});

	test('one ends one’s other sessions and keeps this one', async ({ open }) => {
		const someone = await api.newUser();
		const [elsewhere, visitor] = [await open({ as: someone }), await open({ as: someone, script })];
		await visitor.goto('/account');
		const sessions = visitor.page.locator('[data-form=session]');
		expect(await sessions.locator('[data-session]').count()).toBe(2);
		await sessions.getByRole('button', { name: 'End all others' }).click();
		await visitor.page.getByText('All ended').waitFor();
		await elsewhere.goto('/people');
		expect(elsewhere.path).toMatch(/^\/sign-in/);
		expect(await visitor.goto('/account')).toBe(200);
		expect(visitor.path).toBe('/account');
	});

	test('an address with other letters stays as it is when the name is edited', async ({ open }) => {
		const someone = await api.newUser({ email: `${unique('zoe')}@bücher.example` });
		const visitor = await open({ as: ADMIN, script });
		const { page } = visitor;
		await visitor.goto(`/people/${someone.id}`);
		const email = page.locator('[data-form=save]').getByLabel('Email');
		expect(await email.inputValue()).toBe(someone.email);
		await email.fill(someone.email);
		await name(visitor).fill('Renamed And Nothing Else');
		await save(visitor).click();
		await page.getByRole('heading', { name: 'Renamed And Nothing Else' }).waitFor();
		expect(await email.inputValue()).toBe(someone.email);
		// The heading is shown ahead of the answer.
		const stored = async () => (await api.run(UsersById, { ids: [someone.id] })).nodes;
		const expected = { displayName: 'Renamed And Nothing Else', email: someone.email, version: 2 };
		await expect.poll(stored).toEqual([expect.objectContaining(expected)]);
	});

	test('disabled, enabled, deleted, restored', async ({ open }) => {
		const someone = await api.newUser();
		const visitor = await open({ as: ADMIN, script });
		const { page } = visitor;
		await visitor.goto(`/people/${someone.id}`);
		const actions = page.locator('[data-status-actions]');
		const badge = (status: string) => page.locator('header').getByText(status, { exact: true }).waitFor();
		for (const [action, status, asked] of [
			['Disable', 'Disabled', true],
			['Enable', 'Active', false],
			['Delete', 'Deleted', true],
			['Restore', 'Active', false]
		] as const) {
			await actions.getByRole('button', { name: action, exact: true }).click();
			if (asked) await page.getByRole('dialog').getByRole('button', { name: action, exact: true }).click();
			await badge(status);
		}
	});

	test('made an admin, and no longer one, only once that is confirmed', async ({ open }) => {
		const someone = await api.newUser();
		const visitor = await open({ as: ADMIN, script });
		const { page } = visitor;
		const stored = async () => {
			const { nodes } = await api.run(UsersById, { ids: [someone.id] });
			return nodes.map((node) => node?.__typename === 'User' && node.role);
		};
		/** Where it is confirmed: in a dialog, or on a page of its own. */
		const asked = script ? page.getByRole('dialog') : page.locator('main:has([data-plan])');
		const give = async (role: string, consequence: string) => {
			await visitor.goto(`/people/${someone.id}`);
			await page.locator('[data-form=role] select').selectOption(role);
			await page.locator('[data-form=role]').getByRole('button', { name: 'Set role' }).click();
			await asked.getByText(consequence).waitFor();
		};
		await give('ADMIN', 'will see and change everything');
		expect(await stored(), 'nothing happens before it is confirmed').toEqual(['MEMBER']);
		await asked.getByRole('button', { name: script ? 'Set role' : 'Change role · Admin' }).click();
		await expect.poll(stored).toEqual(['ADMIN']);
		await give('MEMBER', 'can no longer add or change people');
		await asked.getByText('Cancel').click();
		expect(await stored()).toEqual(['ADMIN']);
	});

	test('erased only when the name is typed', async ({ open }) => {
		const someone = await api.newUser({ name: unique('Gone ') });
		const visitor = await open({ as: ADMIN, script });
		visitor.expected.push(/status of 4\d\d/);
		const { page } = visitor;
		const erase = async (typed: string) => {
			await page.locator('[data-status-actions]').getByRole('button', { name: 'Erase permanently' }).click();
			const dialog = page.getByRole('dialog', { name: `Erase ${someone.name}?` });
			await dialog.getByRole('textbox').fill(typed);
			await dialog.getByRole('button', { name: 'Erase permanently' }).click();
		};
		await visitor.goto(`/people/${someone.id}`);
		await erase('Somebody Else');
		await page.getByText('The name does not match.').first().waitFor();
		await page.reload();
		await visitor.ready();
		await erase(someone.name);
		await page.waitForURL(/\/people(?:\?|$)/);
		expect(await visitor.goto(`/people/${someone.id}`)).toBe(404);
	});

	test('added, and told when the address is taken', async ({ open }) => {
		const visitor = await open({ as: ADMIN, script });
		visitor.expected.push(/status of 409/);
		const { page } = visitor;
		await visitor.goto('/people/new');
		await page.getByLabel('Name').fill(unique('Added '));
		await page.getByLabel('Email').fill(ADMIN.email);
		await page.getByRole('button', { name: 'Add person' }).click();
		await page.getByText('Someone already uses this email.').waitFor();
		await page.getByLabel('Email').fill(`${unique('added')}@example.net`);
		await page.getByRole('button', { name: 'Add person' }).click();
		await page.waitForURL(/\/people(?!\/new)/);
	});

	test('an address of somebody deleted: they are restored from there', async ({ open }) => {
		const someone = await api.newUser({ name: unique('Back ') });
		await api.delete(someone.id);
		const visitor = await open({ as: ADMIN, script });
		visitor.expected.push(/status of 409/);
		const { page } = visitor;
		await visitor.goto('/people/new');
		await page.getByLabel('Name').fill('Somebody Else');
		await page.getByLabel('Email').fill(someone.email);
		await page.getByRole('button', { name: 'Add person' }).click();
		await page.getByText(`${someone.name} has this address and is deleted.`).waitFor();
		await page.getByRole('button', { name: `Restore ${someone.name}` }).click();
		await page.waitForURL((url) => url.pathname === `/people/${someone.id}`);
		await page.locator('header').getByText('Active', { exact: true }).waitFor();
	});

	test('imported: looked at first, then added, and the second time nothing happens', async ({ open }) => {
		const visitor = await open({ as: ADMIN, script });
		const { page } = visitor;
		const email = `${unique('imported')}@example.net`;
		const list = `email,name,role\n${email},Im Ported,auditor\nno address,Nobody,member\n`;
		const figure = (name: string, value: string) =>
			page.locator(`[data-figure=${name}] dd`).getByText(value, { exact: true }).waitFor();
		const look = async () => {
			await visitor.goto('/people/import');
			await page.getByLabel('Or paste rows').fill(list);
			await page.getByRole('button', { name: 'Check file' }).click();
			await page.getByText('Checked. Nothing has been written yet.').waitFor();
			await figure('refused', '1');
		};
		await look();
		await figure('created', '1');
		await page.getByRole('button', { name: 'Import 1 person' }).click();
		await page.getByText('Import finished.').waitFor();
		await figure('created', '1');
		await page.locator('[data-refused="3"]').getByText('This is not a valid email address.').waitFor();
		await look();
		await figure('unchanged', '1');
		await figure('created', '0');
		expect(await page.getByRole('button', { name: 'Import 1 person' }).count()).toBe(0);
	});

	test('a new password ends the other sessions, and is the one that counts', async ({ open }) => {
		const someone = await api.newUser();
		const [elsewhere, visitor] = [await open({ as: someone }), await open({ as: someone, script })];
		visitor.expected.push(/status of 400/);
		const form = visitor.page.locator('[data-form=password]');
		await visitor.goto('/account');
		const change = async (current: string) => {
			await form.getByLabel('Current password').fill(current);
			await form.getByLabel('New password').fill('another good password');
			await form.getByRole('button', { name: 'Change password' }).click();
		};
		await change('not the password');
		await form.getByText('This is not your current password.').waitFor();
		await change(someone.password);
		await form.getByText('Password changed.').waitFor();
		await elsewhere.goto('/people');
		expect(elsewhere.path).toMatch(/^\/sign-in/);
		await visitor.signIn({ email: someone.email, password: 'another good password' });
	});
});
