/** Everything but liveness works without script. */
import { readFile } from 'node:fs/promises';
import { beforeAll, expect } from 'vitest';
import { Api, unique } from './harness/api.ts';
import { ADMIN } from './harness/stack.ts';
import { test } from './harness/visitor.ts';

let api: Api;
beforeAll(async () => (api = await Api.signIn()));

test('find, filter, sort, page', async ({ open }) => {
	const someone = await api.newUser({ name: unique('Quiet '), role: 'AUDITOR' });
	const visitor = await open({ as: ADMIN, script: false });
	const { page } = visitor;
	await visitor.goto('/people');
	await page.getByLabel('Search people').fill(someone.name);
	await page.getByRole('button', { name: 'Filter' }).click();
	const filters = page.getByRole('dialog', { name: 'Filters' });
	for (const role of ['Auditor', 'Admin']) await filters.getByText(role, { exact: true }).click();
	await filters.getByLabel('From').fill('2020-01-01');
	await filters.getByRole('button', { name: 'Apply' }).click();
	// A click may return before the next page is there, or all of it.
	const names = () => page.locator('tr[data-id] .name').allTextContents();
	await page.waitForURL(/[?&]role=AUDITOR&role=ADMIN/);
	await expect.poll(names).toEqual([someone.name]);
	await page.getByRole('link', { name: 'Remove the filter: Created' }).click();
	await page.waitForURL(/[?&]role=AUDITOR,ADMIN$/);
	await expect.poll(names).toEqual([someone.name]);
	await page.getByRole('link', { name: 'Clear filters' }).click();
	await page.waitForURL((url) => !url.search.includes('role'));
	await page.getByRole('columnheader', { name: 'Name' }).getByRole('link').click();
	await page.waitForURL('/people?sort=name');
	await expect.poll(async () => (await names()).length).toBe(50);
	const before = await names();
	await page.getByRole('link', { name: 'Next', exact: true }).click();
	await page.waitForURL(/after=/);
	await expect.poll(async () => (await names()).length).toBe(50);
	expect(await names()).not.toEqual(before);
	await page.getByRole('link', { name: 'Previous' }).click();
	await expect.poll(names).toEqual(before);
});

test('select and change: said first, a result for each, the address kept', async ({ open }) => {
	const tag = unique('still');
	for (const name of ['Ada', 'Bo']) await api.newUser({ name: `${name} ${tag}` });
	const visitor = await open({ as: ADMIN, script: false });
	const { page } = visitor;
	const status = () => page.locator('tr[data-id] .status').allInnerTexts();
	await visitor.goto(`/people?q=${tag}&sort=name`);
	expect(await page.getByRole('button', { name: 'Disable' }).isVisible(), 'the bar waits for a choice').toBe(
		false
	);
	await page.getByLabel(`Select Ada ${tag}`).check();
	await page.getByLabel(`Select Bo ${tag}`).check();
	await page.getByRole('button', { name: 'Disable' }).click();
	await page.getByRole('heading', { name: 'Disable 2 people?' }).waitFor();
	await page.getByText('2 selected: 2 active.').waitFor();
	await page.getByRole('button', { name: 'Disable', exact: true }).click();
	await page.getByText('2 people changed').waitFor();
	await page.getByRole('link', { name: 'Back to people' }).last().click();
	await expect.poll(status).toEqual(['Disabled', 'Disabled']);
	expect(new URL(page.url()).searchParams.get('q'), 'still among those found').toBe(tag);
	await page.getByLabel(`Select Ada ${tag}`).check();
	await page.getByLabel('Change role').selectOption('AUDITOR');
	await page.getByRole('button', { name: 'Set role' }).click();
	await page.getByRole('button', { name: 'Change role · Auditor' }).click();
	await page.getByText('1 person changed').waitFor();
	await page.getByRole('link', { name: 'Back to people' }).last().click();
	await expect.poll(() => page.locator('tr[data-id] .role').allInnerTexts()).toEqual(['Auditor', 'Member']);
});

test('export what is selected', async ({ open }) => {
	const someone = await api.newUser({ name: unique('Taken ') });
	const visitor = await open({ as: ADMIN, script: false });
	await visitor.goto(`/people?q=${someone.email}`);
	await visitor.page.getByLabel(`Select ${someone.name}`).check();
	const [file] = await Promise.all([
		visitor.page.waitForEvent('download'),
		visitor.page.getByRole('button', { name: 'Export' }).click()
	]);
	expect(await readFile(await file.path(), 'utf8')).toContain(
		`${someone.email},${someone.name},member,active,`
	);
});

test('the theme can be chosen, and stays', async ({ open }) => {
	const visitor = await open({ as: ADMIN, script: false });
	const { page } = visitor;
	await visitor.goto('/people');
	await page.getByRole('button', { name: /Account menu/ }).click();
	await page.getByText('Dark', { exact: true }).click();
	await page.locator('form[action="/preferences"]').getByRole('button', { name: 'Apply' }).click();
	await page.locator('html[data-theme=dark]').waitFor();
	await page.reload();
	await page.locator('html[data-theme=dark]').waitFor();
});
