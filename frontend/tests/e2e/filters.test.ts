/** The filters of the directory: a panel that comes when it is used, a chip for each in force, and an address for all. */
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect } from 'vitest';
import { Api, unique } from './harness/api.ts';
import { expectAccessible, expectNoSidewaysScroll } from './harness/checks.ts';
import { ADMIN } from './harness/stack.ts';
import { test, type Visitor } from './harness/visitor.ts';

const tag = unique('filtered');

beforeAll(async () => {
	const api = await Api.signIn();
	const someone = (name: string, role: 'MEMBER' | 'AUDITOR') => api.newUser({ name: `${name} ${tag}`, role });
	await someone('Anton', 'MEMBER');
	await api.disable((await someone('Berta', 'AUDITOR')).id);
	await someone('Carla', 'AUDITOR');
	await api.delete((await someone('Dora', 'AUDITOR')).id);
});

const panel = ({ page }: Visitor) => page.getByRole('dialog', { name: 'Filters' });
const choose = (visitor: Visitor, name: string) => panel(visitor).getByText(name, { exact: true }).click();

/** The rows' first names, once they are as expected. */
async function expectRows({ page }: Visitor, names: string[]): Promise<void> {
	const shown = async () =>
		(await page.locator('tr[data-id] .name').allTextContents()).map((name) => name.split(' ')[0]);
	await expect.poll(shown).toEqual(names);
}

test('several values of several filters, each with a chip, and a way out of all', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto(`/people?q=${tag}&sort=name`);
	await page.getByRole('button', { name: 'Filter', exact: true }).click();
	await choose(visitor, 'Disabled');
	await expectRows(visitor, ['Berta']);
	await choose(visitor, 'Deleted');
	await expectRows(visitor, ['Berta', 'Dora']);
	await choose(visitor, 'Auditor');
	await choose(visitor, 'Today');
	await expect
		.poll(() => visitor.path)
		.toBe(`/people?q=${tag}&status=DISABLED,DELETED&role=AUDITOR&created=today&sort=name`);
	await choose(visitor, 'Cannot sign in');
	await page.getByText('No one matches').waitFor();
	await page.goBack();
	await expectRows(visitor, ['Berta', 'Dora']);
	await page.reload();
	await expectRows(visitor, ['Berta', 'Dora']);
	await page.getByRole('link', { name: 'Remove the filter: Status' }).click();
	await expectRows(visitor, ['Berta', 'Carla', 'Dora']);
	await page.getByRole('link', { name: 'Clear filters' }).first().click();
	await expect.poll(() => visitor.path).toBe('/people?sort=name');
});

test('days, from one to another, as they are chosen', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto(`/people?q=${tag}&sort=name`);
	await page.getByRole('button', { name: 'Filter', exact: true }).click();
	await choose(visitor, 'Last 7 days');
	await expectRows(visitor, ['Anton', 'Berta', 'Carla', 'Dora']);
	await panel(visitor).getByLabel('To', { exact: true }).fill('2020-12-31');
	await expect.poll(() => visitor.path).toBe(`/people?q=${tag}&created=..2020-12-31&sort=name`);
	await page.getByText('No one matches').waitFor();
	await panel(visitor).getByLabel('From', { exact: true }).fill('2020-01-01');
	const chip = page.locator('[data-chip=created] button');
	await expect.poll(() => chip.textContent()).toBe('Created Jan 1, 2020 – Dec 31, 2020');
});

test('by keys alone: open, choose, close', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto(`/people?q=${tag}&sort=name`);
	await page.keyboard.press('f');
	const focused = () => page.evaluate(() => (document.activeElement as HTMLInputElement).value);
	await expect.poll(focused).toBe('ACTIVE');
	await page.keyboard.press('Tab');
	await page.keyboard.press('Space');
	await expectRows(visitor, ['Berta']);
	await page.keyboard.press('Escape');
	await panel(visitor).waitFor({ state: 'hidden' });
	expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Filter');
	await page.locator('[data-chip=status] button').press('Enter');
	await expect.poll(focused).toBe('DISABLED');
});

test('the file has what the filters let through, and so has the feed', async ({ open }) => {
	const api = await Api.signIn();
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto(`/people?q=${tag}&role=AUDITOR&status=DISABLED,DELETED&created=30d&sort=email`);
	const [file] = await Promise.all([
		page.waitForEvent('download'),
		page.getByRole('link', { name: 'Export' }).click()
	]);
	const lines = (await readFile(await file.path(), 'utf8')).trim().split('\r\n').slice(1);
	expect(lines.map((line) => line.split(',')[1]).sort()).toEqual([`Berta ${tag}`, `Dora ${tag}`]);
	await visitor.live();
	await api.newUser({ name: `Emil ${tag}`, role: 'AUDITOR' });
	await api.disable((await api.newUser({ name: `Frida ${tag}`, role: 'AUDITOR' })).id);
	await page.getByRole('button', { name: 'Show 1 new person' }).click();
	await expect.poll(() => page.locator('tr[data-id] .name').allTextContents()).toContain(`Frida ${tag}`);
});

describe.each([{ width: 1440 }, { width: 390 }])('the open panel at $width px', ({ width }) => {
	test.for(['light', 'dark'] as const)('%s', async (theme, { open }) => {
		const visitor = await open({ as: ADMIN, theme, width });
		await visitor.goto(
			'/people?status=ACTIVE,DISABLED&role=AUDITOR&created=2020-01-01..2020-12-31&access=yes'
		);
		await visitor.page.getByRole('button', { name: 'Filter', exact: true }).click();
		await panel(visitor).getByRole('group', { name: 'Presence' }).waitFor();
		await expectAccessible(visitor, `the panel at ${width} px, ${theme}`);
		await expectNoSidewaysScroll(visitor, `the panel at ${width} px, ${theme}`);
	});
});
