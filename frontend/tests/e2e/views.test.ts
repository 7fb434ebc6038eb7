/** Views of a list: saved, opened, shared, renamed, deleted; columns and density, which the first paint has already. */
import { beforeAll, describe, expect } from 'vitest';
import { Api, unique, type Someone } from './harness/api.ts';
import { expectAccessible, expectNoSidewaysScroll } from './harness/checks.ts';
import { ADMIN } from './harness/stack.ts';
import { test, type Visitor } from './harness/visitor.ts';

const tag = unique('viewed');
let member: Someone;

beforeAll(async () => {
	const api = await Api.signIn();
	for (const name of ['Anton', 'Berta'])
		await api.disable((await api.newUser({ name: `${name} ${tag}`, role: 'AUDITOR' })).id);
	member = await api.newUser({ name: `Carla ${tag}` });
});

const panel = ({ page }: Visitor) => page.getByRole('dialog', { name: 'View', exact: true });
const tabs = ({ page }: Visitor) => page.getByRole('navigation', { name: 'Views' }).getByRole('link');
const tab = ({ page }: Visitor, name: string) =>
	page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name, exact: true });
const current = (visitor: Visitor) =>
	visitor.page.getByRole('navigation', { name: 'Views' }).locator('[aria-current]').allTextContents();
const heads = ({ page }: Visitor) => page.getByRole('columnheader').allInnerTexts();
const press = (visitor: Visitor, name: string) =>
	panel(visitor).getByRole('button', { name, exact: true }).click();

async function openPanel(visitor: Visitor): Promise<void> {
	await visitor.page.getByRole('button', { name: 'View', exact: true }).click();
	await panel(visitor).getByLabel('Name of the view').waitFor();
}

async function save(visitor: Visitor, name: string): Promise<void> {
	await openPanel(visitor);
	await panel(visitor).getByLabel('Name of the view').fill(name);
	await press(visitor, 'Save as a view');
	await tab(visitor, name).waitFor({ state: 'attached' });
}

const LOOK = 'cols=name,role,status,seen,created&density=comfortable';

test('a view is saved, opened, has the list open with it, is renamed and deleted', async ({ open }) => {
	const visitor = await open({ as: ADMIN, width: 1440 });
	const { page } = visitor;
	await visitor.goto(`/people?q=${tag}&status=DISABLED&sort=name`);
	await save(visitor, 'Night');
	await page.getByRole('status').getByText('The view “Night” was saved').waitFor();
	await expect.poll(() => visitor.path).toBe(`/people?q=${tag}&status=DISABLED&sort=name&${LOOK}&view=Night`);
	expect(await current(visitor)).toEqual(['Night']);
	await page.keyboard.press('Escape');

	await tab(visitor, 'Admins').click();
	await expect.poll(() => visitor.path).toBe('/people?role=ADMIN');
	await tab(visitor, 'Night').click();
	await expect.poll(() => page.locator('tr[data-id] .name').count()).toBe(2);

	await openPanel(visitor);
	await press(visitor, 'Always open with this view');
	await panel(visitor).getByText('This list opens with this view.').waitFor();
	await visitor.goto('/people');
	expect(visitor.path).toBe(`/people?q=${tag}&status=DISABLED&sort=name&${LOOK}&view=Night`);
	await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Overview' }).click();
	await page.waitForURL('**/overview');
	await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'People' }).click();
	await expect.poll(() => current(visitor)).toEqual(['Night']);
	// What clears the filters leads to everyone, not back here.
	await tab(visitor, 'Everyone').click();
	await expect.poll(() => visitor.path).toBe('/people?view=all');
	await page.reload();
	expect(await current(visitor)).toEqual(['Everyone']);

	await tab(visitor, 'Night').click();
	await expect.poll(() => current(visitor)).toEqual(['Night']);
	await openPanel(visitor);
	await panel(visitor).getByLabel('Name of the view').fill('Late');
	await press(visitor, 'Rename');
	await expect.poll(() => current(visitor)).toEqual(['Late']);
	await press(visitor, 'Delete');
	await page.getByRole('status').getByText('The view “Late” was deleted').waitFor();
	await tab(visitor, 'Late').waitFor({ state: 'detached' });
	await page.getByRole('button', { name: 'Undo' }).click();
	await expect.poll(() => current(visitor)).toEqual(['Late']);
});

test('another view of the same name is replaced only if one says so', async ({ open }) => {
	const visitor = await open({ as: ADMIN, width: 1440 });
	await visitor.goto('/people?status=DISABLED');
	await save(visitor, 'Mine');
	await visitor.goto('/people?role=ADMIN');
	await openPanel(visitor);
	await panel(visitor).getByLabel('Name of the view').fill('Mine');
	await press(visitor, 'Save as a view');
	await panel(visitor).getByRole('alert').getByText('There is already a view with this name.').waitFor();
	await press(visitor, 'Replace it');
	await expect.poll(() => visitor.path).toBe(`/people?role=ADMIN&${LOOK}&view=Mine`);
	expect(await tabs(visitor).allTextContents()).toEqual([
		...['Everyone', 'Admins', 'Online now', 'Cannot sign in', 'Disabled', 'Deleted'],
		'Mine'
	]);
});

test('a link shares a view, with its look, also where it is not saved', async ({ open }) => {
	const visitor = await open({ as: ADMIN, width: 1440 });
	await visitor.context.grantPermissions(['clipboard-read', 'clipboard-write']);
	await visitor.goto(`/people?q=${tag}&role=AUDITOR&sort=name`);
	await openPanel(visitor);
	await panel(visitor).getByText('Compact').click();
	await expect.poll(() => visitor.page.locator('form[data-density=compact]').count()).toBe(1);
	await panel(visitor).getByText('Email', { exact: true }).click();
	await expect.poll(() => heads(visitor)).toContain('Email');
	await panel(visitor).getByLabel('Name of the view').fill('Späte Schicht');
	await press(visitor, 'Save as a view');
	await expect.poll(() => current(visitor)).toEqual(['Späte Schicht']);
	await press(visitor, 'Copy link');
	await visitor.page.getByRole('status').getByText('Link copied').waitFor();
	const link = await visitor.page.evaluate(() => navigator.clipboard.readText());

	const other = await open({ as: ADMIN, width: 1440 });
	await other.goto(link.slice(other.url.length));
	expect(await current(other)).toEqual(['Späte Schicht']);
	expect(await heads(other)).toEqual(await heads(visitor));
	expect(await other.page.locator('form[data-density=compact]').count()).toBe(1);
	expect(await other.page.locator('tr[data-id]').count()).toBe(2);
	await openPanel(other);
	await panel(other).getByText('This view is not saved in this browser.').waitFor();
	await press(other, 'Save as a view');
	await other.goto('/people');
	await tab(other, 'Späte Schicht').click();
	await expect.poll(() => current(other)).toEqual(['Späte Schicht']);
	expect(await heads(other)).toContain('Email');
});

test('another account has other views, and members have fewer', async ({ open }) => {
	const visitor = await open({ as: ADMIN, width: 1440 });
	await visitor.goto('/people?status=DISABLED');
	await save(visitor, 'The admin’s');
	const cookies = await visitor.context.cookies(`${visitor.url}/people`);
	const other = await open({ as: member, width: 1440 });
	await other.context.addCookies(cookies.filter(({ name }) => name.startsWith('views.')));
	await other.goto('/people');
	expect(await tabs(other).allTextContents()).toEqual(['Everyone', 'Admins', 'Online now']);
});

test('columns and density are there when the page is painted, and nothing moves', async ({ open }) => {
	const visitor = await open({ as: ADMIN, width: 1440 });
	const { page } = visitor;
	await visitor.goto('/people?sort=name');
	await openPanel(visitor);
	await panel(visitor).getByText('Compact').click();
	for (const column of ['Email', 'Changed', 'Created']) {
		const before = await heads(visitor);
		await panel(visitor).getByText(column, { exact: true }).click();
		await expect.poll(() => heads(visitor)).not.toEqual(before);
	}
	expect(visitor.path).toBe('/people?sort=name');
	await page.addInitScript(() => {
		Object.assign(window, { shifted: 0 });
		new PerformanceObserver((list) => {
			for (const entry of list.getEntries())
				(window as unknown as { shifted: number }).shifted += (entry as unknown as { value: number }).value;
		}).observe({ type: 'layout-shift', buffered: true });
	});
	await page.reload();
	await visitor.live();
	expect((await heads(visitor)).filter(Boolean)).toEqual([
		'Name',
		'Email',
		'Role',
		'Status',
		'Last seen',
		'Changed',
		'Actions'
	]);
	const heights = await page
		.locator('tr[data-id]')
		.evaluateAll((rows) => new Set(rows.map((row) => row.getBoundingClientRect().height)).size);
	expect(heights).toBe(1);
	expect(await page.evaluate(() => (window as unknown as { shifted: number }).shifted)).toBeLessThan(0.01);
});

test('without script: look, save, open, rename, delete', async ({ open }) => {
	const visitor = await open({ as: ADMIN, script: false, width: 1440 });
	const { page } = visitor;
	await visitor.goto(`/people?q=${tag}&status=DISABLED&sort=name`);
	await openPanel(visitor);
	// Playwright reads no text within noscript.
	for (const value of ['compact', 'email'])
		await panel(visitor).locator(`label:has([value=${value}])`).click();
	await press(visitor, 'Apply');
	await page.locator('form[data-density=compact]').waitFor();
	expect(await heads(visitor)).toContain('Email');
	await openPanel(visitor);
	await panel(visitor).getByLabel('Name of the view').fill('Still');
	await press(visitor, 'Save as a view');
	await tab(visitor, 'Still').waitFor();
	expect(visitor.path).toContain('&density=compact&view=Still');
	await tab(visitor, 'Deleted').click();
	await page.waitForURL('**/people?status=DELETED');
	await tab(visitor, 'Still').click();
	await page.waitForURL('**view=Still');
	expect(await current(visitor)).toEqual(['Still']);
	// A search stays in the view.
	await page.getByRole('searchbox').fill(`Anton ${tag}`);
	await page.getByRole('searchbox').press('Enter');
	await page.waitForURL('**q=Anton*');
	expect(await current(visitor)).toEqual(['Still']);
	await openPanel(visitor);
	expect(await panel(visitor).innerText()).toContain('Changed since it was saved.');
	await panel(visitor).getByLabel('Name of the view').fill('Quiet');
	await press(visitor, 'Rename');
	await page.waitForURL('**view=Quiet*');
	await openPanel(visitor);
	await press(visitor, 'Delete');
	await page.waitForURL((url) => !url.search.includes('view='));
	expect(await tabs(visitor).allTextContents()).not.toContain('Quiet');
});

test('the log has views too, and opens with one', async ({ open }) => {
	const visitor = await open({ as: ADMIN, width: 1440 });
	const { page } = visitor;
	await visitor.goto('/activity?show=access');
	expect(await current(visitor)).toEqual(['Roles and status']);
	await openPanel(visitor);
	await panel(visitor).getByText('Compact').click();
	await page.locator('[data-events][data-density=compact]').waitFor();
	await panel(visitor).getByLabel('Name of the view').fill('Power');
	await press(visitor, 'Save as a view');
	await expect.poll(() => visitor.path).toBe('/activity?show=access&density=compact&view=Power');
	await press(visitor, 'Always open with this view');
	await panel(visitor).getByText('This list opens with this view.').waitFor();
	await visitor.goto('/activity');
	expect(visitor.path).toBe('/activity?show=access&density=compact&view=Power');
	expect(await page.locator('[data-events][data-density=compact]').count()).toBe(1);
	await tab(visitor, 'Everything').click();
	await expect.poll(() => visitor.path).toBe('/activity?view=all');
	// The people have their own.
	await visitor.goto('/people');
	expect(await tabs(visitor).allTextContents()).not.toContain('Power');
});

describe.each([{ width: 1440 }, { width: 390 }, { width: 320 }])('at $width px', ({ width }) => {
	test.for(['light', 'dark'] as const)('%s', async (theme, { open }) => {
		const visitor = await open({ as: ADMIN, theme, width });
		const { page } = visitor;
		const what = `a view at ${width} px, ${theme}`;
		await visitor.goto(
			'/people?cols=name,email,role,status,access,verified,seen,created,updated&density=compact&view=All+of+it'
		);
		await expectAccessible(visitor, what);
		await expectNoSidewaysScroll(visitor, what);
		if (width < 800) {
			await page.getByRole('button', { name: 'All of it' }).click();
			await tab(visitor, 'Disabled').click();
			await expect.poll(() => visitor.path).toBe('/people?status=DISABLED');
			await page.getByRole('navigation', { name: 'Views' }).waitFor({ state: 'hidden' });
		}
		await openPanel(visitor);
		await expectAccessible(visitor, `the panel of ${what}`);
		await expectNoSidewaysScroll(visitor, `the panel of ${what}`);
	});
});
