/** What was done by mistake is taken back: by its toast, by Ctrl Z, and never over what somebody else did since. */
import { beforeAll, expect } from 'vitest';
import { Users, UsersById } from '#lib/graphql/documents.ts';
import { Api, unique } from './harness/api.ts';
import { ADMIN } from './harness/stack.ts';
import { test } from './harness/visitor.ts';

let api: Api;
beforeAll(async () => (api = await Api.signIn()));

async function stored(id: string) {
	const [one] = (await api.run(UsersById, { ids: [id] })).nodes;
	if (one?.__typename !== 'User') throw new Error('There is no such user');
	return one;
}

test('a role is changed and taken back', async ({ open }) => {
	const someone = await api.newUser();
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto(`/people/${someone.id}`);
	await visitor.live();
	await page.locator('[data-form=role] select').selectOption('AUDITOR');
	await page.locator('[data-form=role]').getByRole('button', { name: 'Set role' }).click();
	await page.getByRole('button', { name: 'Undo' }).click();
	await page.getByText(`${someone.name} is as before`).waitFor();
	expect(await stored(someone.id)).toMatchObject({ role: 'MEMBER', version: 3 });
	expect(await page.locator('[data-form=role] select').inputValue()).toBe('MEMBER');
	await page.locator('[data-timeline] [data-type=USER_ROLE_CHANGED]').nth(1).waitFor();
});

test('twelve are disabled at once and taken back by Ctrl Z, but for the one whom somebody else has changed', async ({
	open
}) => {
	const tag = unique('dozen');
	const twelve = await Promise.all(
		Array.from({ length: 12 }, (_, index) => api.newUser({ name: `P${index} ${tag}` }))
	);
	// Two of them are so already: they stay so.
	await Promise.all([api.disable(twelve[10]!.id), api.disable(twelve[11]!.id)]);
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto(`/people?q=${tag}&sort=name`);
	await visitor.live();
	await page.getByLabel('Select all on this page').check();
	await page.getByRole('group', { name: '12 selected' }).getByRole('button', { name: 'Disable' }).click();
	await page
		.getByRole('dialog', { name: 'Disable 10 people?' })
		.getByRole('button', { name: 'Disable' })
		.click();
	await page.getByRole('status').getByText('10 people changed').waitFor();
	await page.getByRole('dialog').waitFor({ state: 'detached' });
	await page.getByRole('button', { name: 'Undo' }).focus();
	const renamed = await api.update({ id: twelve[0]!.id, displayName: `P0 ${tag} renamed` });
	await page.keyboard.press('Control+z');
	await page.getByText('9 people are as before').waitFor();
	await page.getByText(/^Not undone: P0 .*Someone else has changed this/).waitFor();
	const { users } = await api.run(Users, { search: tag, count: false, first: 20 });
	const status = Object.fromEntries(users.edges.map(({ node }) => [node.id, node.status]));
	expect(twelve.map(({ id }) => status[id])).toEqual([
		'DISABLED',
		...Array.from({ length: 9 }, () => 'ACTIVE'),
		'DISABLED',
		'DISABLED'
	]);
	expect((await stored(twelve[0]!.id)).version, 'nothing was written over it').toBe(renamed.version);
});

test('a profile and a status are taken back one after the other, by keys alone', async ({ open }) => {
	const someone = await api.newUser();
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto(`/people/${someone.id}`);
	await visitor.live();
	await page.locator('[data-form=save]').getByLabel('Name').fill('A Slip Of The Pen');
	await page.locator('[data-form=save]').getByRole('button', { name: 'Save changes' }).press('Enter');
	// Pointed at, it stays while the next change is made.
	await page.getByRole('button', { name: 'Undo' }).hover();
	const disable = page.locator('[data-status-actions]').getByRole('button', { name: 'Disable' });
	await disable.press('Enter');
	await page.getByRole('dialog').getByRole('button', { name: 'Disable', exact: true }).press('Enter');
	await page.getByText('A Slip Of The Pen: Disabled').waitFor();
	await page.locator('body').press('Control+z');
	await page.locator('body').press('Control+z');
	await page.getByText('A Slip Of The Pen is as before').waitFor();
	await page.getByText(`${someone.name} is as before`).waitFor();
	expect(await stored(someone.id)).toMatchObject({
		status: 'ACTIVE',
		displayName: someone.name,
		version: 5
	});
});
