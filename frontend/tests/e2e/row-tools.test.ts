/** What a row of the directory does: its menu, its role and status, its user beside the list; by pointer, by keys, without script. */
import { beforeAll, describe, expect } from 'vitest';
import { UsersById } from '#lib/graphql/documents.ts';
import { Api, unique, type Someone } from './harness/api.ts';
import { expectAccessible, expectNoSidewaysScroll } from './harness/checks.ts';
import { ADMIN } from './harness/stack.ts';
import { test, type Open, type Visitor, type VisitorOptions } from './harness/visitor.ts';

let api: Api;
let member: Someone;
beforeAll(async () => {
	api = await Api.signIn();
	member = await api.newUser({ name: unique('Reader ') });
});

/** Ada, Bo and Cy, three users that no other test has. */
async function three() {
	const tag = unique('tools');
	const people: Someone[] = [];
	for (const name of ['Ada', 'Bo', 'Cy']) people.push(await api.newUser({ name: `${name} ${tag}` }));
	return { tag, ids: people.map(({ id }) => id), path: `/people?q=${tag}&sort=name` };
}

/** The three, in the list as a visitor sees it. */
async function shown(open: Open, options: VisitorOptions = {}) {
	const people = await three();
	const visitor = await open({ as: ADMIN, ...options });
	await visitor.goto(people.path);
	return { ...people, visitor, page: visitor.page };
}

async function stored(id: string) {
	const [one] = (await api.run(UsersById, { ids: [id] })).nodes;
	if (one?.__typename !== 'User') throw new Error('There is no such user');
	return one;
}

const row = ({ page }: Visitor, id: string) => page.locator(`tr[data-id="${id}"]`);
const name = (visitor: Visitor, id: string) => row(visitor, id).locator('.name');
const beside = ({ page }: Visitor, id: string) => page.locator(`aside[data-beside="${id}"]`);
const isFocused = (element: Element) => element === document.activeElement;

describe('the menu', () => {
	test('by keys alone: opened, walked, left; the focus is back on its row', async ({ open }) => {
		const { ids, visitor, page } = await shown(open);
		const menu = page.getByRole('menu');
		const button = page.getByRole('button', { name: /^Actions for Bo/ });
		await name(visitor, ids[1]!).focus();
		await page.keyboard.press('Tab');
		expect(await button.evaluate(isFocused), 'one step from the name').toBe(true);
		await page.keyboard.press('Enter');
		await menu.waitFor();
		expect(await button.getAttribute('aria-expanded')).toBe('true');
		expect(await menu.getByRole('menuitemradio', { name: 'Member' }).evaluate(isFocused)).toBe(true);
		await page.keyboard.press('Home');
		expect(await menu.getByRole('menuitem', { name: 'Open' }).evaluate(isFocused)).toBe(true);
		await page.keyboard.press('Escape');
		await menu.waitFor({ state: 'detached' });
		expect(await button.evaluate(isFocused)).toBe(true);
		await page.keyboard.press('m');
		await menu.waitFor();
		await page.keyboard.press('Home');
		await page.keyboard.press('Enter');
		await page.waitForURL(`/people/${ids[1]}`);
	});

	test('disables one who is asked about by name, and takes it back', async ({ open }) => {
		const { tag, ids, visitor, page } = await shown(open);
		await visitor.live();
		await page.getByRole('button', { name: `Actions for Ada ${tag}` }).click();
		await page.getByRole('menuitem', { name: 'Disable' }).click();
		const dialog = page.getByRole('dialog', { name: `Disable Ada ${tag}?` });
		await dialog.getByRole('button', { name: 'Disable' }).click();
		await page.getByRole('status').getByText(`Ada ${tag}: Disabled`).waitFor();
		await dialog.waitFor({ state: 'detached' });
		await row(visitor, ids[0]!).locator('.status').getByText('Disabled').waitFor();
		await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
		await page.getByRole('status').getByText(`Ada ${tag} is as before`).waitFor();
		expect(await stored(ids[0]!)).toMatchObject({ status: 'ACTIVE', version: 3 });
	});

	test('sets a password that opens the door, and signs out everywhere', async ({ open }) => {
		const { tag, ids, page } = await shown(open);
		await page.getByRole('button', { name: `Actions for Ada ${tag}` }).click();
		await page.getByRole('menuitem', { name: 'Set a password…' }).click();
		const dialog = page.getByRole('dialog', { name: `Set a password for Ada ${tag}` });
		await dialog.getByRole('button', { name: 'Generate one' }).click();
		const password = await dialog.locator('[data-password]').textContent();
		const { email } = await stored(ids[0]!);
		const other = await open({ as: { email: email!, password: password! } });
		await other.goto('/people');
		await dialog.getByRole('button', { name: 'Close' }).click();
		await page.getByRole('button', { name: `Actions for Ada ${tag}` }).click();
		await page.getByRole('menuitem', { name: 'Sign out everywhere…' }).click();
		await page.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere' }).click();
		await page.getByRole('status').getByText(`Ada ${tag}: signed out everywhere`).waitFor();
		await other.page.waitForURL(/\/sign-in\?/);
	});

	test('of a member only reads', async ({ open }) => {
		const { tag, page } = await shown(open, { as: member });
		await page.getByRole('button', { name: `Actions for Ada ${tag}` }).click();
		const items = page.getByRole('menu').getByRole('menuitem');
		await items.first().waitFor();
		expect(await items.allInnerTexts()).toEqual(['Open', 'Show beside the list', 'Copy link', 'Copy ID']);
		expect(await page.locator('tr[data-id] [data-menu]:not([data-menu=all])').count()).toBe(0);
	});
});

describe('role and status in the row', () => {
	test('a role that grants little is given at once, and taken back by Ctrl Z', async ({ open }) => {
		const { tag, ids, visitor, page } = await shown(open);
		await visitor.live();
		await row(visitor, ids[0]!).getByRole('button', { name: 'Member' }).click();
		await page.getByRole('menuitemradio', { name: 'Auditor' }).click();
		await page.getByRole('status').getByText(`Ada ${tag}: Auditor`).waitFor();
		expect((await stored(ids[0]!)).role).toBe('AUDITOR');
		await page.keyboard.press('Control+z');
		await page.getByRole('status').getByText(`Ada ${tag} is as before`).waitFor();
		expect(await stored(ids[0]!)).toMatchObject({ role: 'MEMBER', version: 3 });
	});

	test('what was changed meanwhile is not written over: the question was about another version', async ({
		open
	}) => {
		const { tag, ids, visitor, page } = await shown(open);
		await visitor.live();
		await row(visitor, ids[0]!).getByRole('button', { name: 'Member' }).click();
		await page.getByRole('menuitemradio', { name: 'Admin' }).click();
		const dialog = page.getByRole('dialog', { name: `Change Ada ${tag} to Admin?` });
		await dialog.waitFor();
		const { version } = await api.update({ id: ids[0]!, displayName: `Ada ${tag} renamed` });
		await row(visitor, ids[0]!).getByText('renamed').waitFor({ state: 'attached' });
		await dialog.getByRole('button', { name: 'Change role · Admin' }).click();
		await dialog.getByText(/Someone else has changed this/).waitFor();
		expect(await stored(ids[0]!)).toMatchObject({ role: 'MEMBER', version });
	});

	test('by keys: s on the row, an arrow, Enter, and the dialog', async ({ open }) => {
		const { ids, visitor, page } = await shown(open);
		await name(visitor, ids[2]!).focus();
		await page.keyboard.press('s');
		await page.getByRole('menu').waitFor();
		await page.keyboard.press('ArrowDown');
		await page.keyboard.press('Enter');
		await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).press('Enter');
		await row(visitor, ids[2]!).locator('.status').getByText('Disabled').waitFor();
		await expect.poll(async () => (await stored(ids[2]!)).status).toBe('DISABLED');
	});
});

describe('a user beside the list', () => {
	test('by keys: p, j, k, Escape; the address follows, and the way back closes', async ({ open }) => {
		const { ids, path, visitor, page } = await shown(open);
		await page.evaluate(() => Object.assign(window, { same: true }));
		await name(visitor, ids[0]!).focus();
		await page.keyboard.press('p');
		await beside(visitor, ids[0]!).waitFor();
		await page.waitForURL(`${path}&peek=${ids[0]}`);
		expect(await beside(visitor, ids[0]!).evaluate(isFocused)).toBe(true);
		await page.keyboard.press('j');
		await beside(visitor, ids[1]!).waitFor();
		await page.keyboard.press('ArrowDown');
		await beside(visitor, ids[2]!).waitFor();
		await page.keyboard.press('k');
		await beside(visitor, ids[1]!).waitFor();
		await page.waitForURL(`${path}&peek=${ids[1]}`);
		await page.keyboard.press('Escape');
		await beside(visitor, ids[1]!).waitFor({ state: 'detached' });
		expect(await name(visitor, ids[1]!).evaluate(isFocused)).toBe(true);
		await page.waitForURL(path);
		await page.keyboard.press('Space');
		await beside(visitor, ids[1]!).waitFor();
		await page.goBack();
		await beside(visitor, ids[1]!).waitFor({ state: 'detached' });
		expect(await page.evaluate(() => 'same' in window), 'the list was not read again').toBe(true);
	});

	test('changes as they do, and what is done there is done in the row', async ({ open }) => {
		const { tag, ids, visitor, page } = await shown(open);
		await visitor.live();
		await page.getByRole('link', { name: `Show Ada ${tag} beside the list` }).click();
		const panel = beside(visitor, ids[0]!);
		await panel.locator('[data-event]').first().waitFor();
		await api.update({ id: ids[0]!, displayName: `Ada ${tag} renamed` });
		await panel.getByRole('heading', { name: `Ada ${tag} renamed` }).waitFor();
		await panel.locator('[data-event]').nth(1).waitFor();
		await panel.getByLabel('Role').selectOption('AUDITOR');
		await panel.getByRole('button', { name: 'Set role' }).click();
		await row(visitor, ids[0]!).locator('.role').getByText('Auditor').waitFor();
		await page.getByRole('status').getByText(`Ada ${tag} renamed: Auditor`).waitFor();
		await panel.getByRole('link', { name: 'Delete' }).click();
		const dialog = page.getByRole('dialog', { name: `Delete Ada ${tag} renamed?` });
		await dialog.getByRole('button', { name: 'Delete' }).click();
		await panel.getByText('Deleted', { exact: true }).waitFor();
		await panel.getByRole('link', { name: 'Restore' }).waitFor();
	});

	test('its address opens it again, also for a user who is not in the list', async ({ open }) => {
		const { tag, ids } = await three();
		const visitor = await open({ as: ADMIN });
		const { page } = visitor;
		await visitor.goto(`/people?q=nobody+is+called+so&peek=${ids[1]}`);
		await beside(visitor, ids[1]!)
			.getByRole('heading', { name: `Bo ${tag}` })
			.waitFor();
		await visitor.live();
		await api.update({ id: ids[1]!, displayName: `Bo ${tag} renamed` });
		await beside(visitor, ids[1]!)
			.getByRole('heading', { name: `Bo ${tag} renamed` })
			.waitFor();
		await beside(visitor, ids[1]!).getByRole('link', { name: 'Close' }).click();
		await beside(visitor, ids[1]!).waitFor({ state: 'detached' });
		await page.waitForURL('/people?q=nobody+is+called+so');
	});

	test('without script: opened, walked, changed through the page that asks, and back', async ({ open }) => {
		const { tag, ids, path, visitor, page } = await shown(open, { script: false });
		expect(await page.locator('[data-menu]').count(), 'nothing that needs script').toBe(0);
		await page.getByRole('link', { name: `Show Ada ${tag} beside the list` }).click();
		await beside(visitor, ids[0]!).locator('[data-event]').first().waitFor();
		await page.getByRole('link', { name: 'Next person' }).click();
		await beside(visitor, ids[1]!).getByRole('link', { name: 'Disable' }).click();
		await page.getByRole('heading', { name: `Disable Bo ${tag}?` }).waitFor();
		await page.getByRole('button', { name: 'Disable' }).click();
		await page.getByRole('link', { name: 'Back to people' }).last().click();
		await beside(visitor, ids[1]!).getByText('Disabled', { exact: true }).waitFor();
		await beside(visitor, ids[1]!).getByLabel('Role').selectOption('AUDITOR');
		await beside(visitor, ids[1]!).getByRole('button', { name: 'Set role' }).click();
		await page.getByRole('button', { name: 'Change role · Auditor' }).click();
		await page.getByText('1 person changed').waitFor();
		expect(await stored(ids[1]!)).toMatchObject({ status: 'DISABLED', role: 'AUDITOR' });
		await page.getByRole('link', { name: 'Back to people' }).last().click();
		await page.getByRole('link', { name: 'Close' }).click();
		await page.waitForURL(path);
		expect(await page.locator('aside').count()).toBe(0);
	});
});

describe.each(
	[1440, 390].flatMap((width) => (['light', 'dark'] as const).map((theme) => ({ width, theme })))
)('at $width px, $theme', ({ width, theme }) => {
	test.for(['en-GB', 'de-DE'])(
		'the menu and the user beside the list are in order (%s)',
		async (locale, { open }) => {
			const { ids, visitor, page } = await shown(open, { width, theme, locale, reducedMotion: true });
			await row(visitor, ids[0]!).locator('[data-menu=all]').click();
			const menu = page.getByRole('menu');
			await menu.waitFor();
			const [box, window] = [(await menu.boundingBox())!, page.viewportSize()!];
			expect(box.x).toBeGreaterThanOrEqual(0);
			expect(box.x + box.width).toBeLessThanOrEqual(window.width);
			expect(box.y + box.height).toBeLessThanOrEqual(window.height);
			await expectAccessible(visitor, 'the menu of a row');
			await page.keyboard.press('Escape');
			await name(visitor, ids[0]!).focus();
			await page.keyboard.press('p');
			await beside(visitor, ids[0]!).locator('[data-event]').first().waitFor();
			await expectAccessible(visitor, 'a user beside the list');
			await expectNoSidewaysScroll(visitor, 'a user beside the list');
		}
	);

	test('the same without script', async ({ open }) => {
		const { ids, path } = await three();
		const visitor = await open({ as: ADMIN, width, theme, script: false });
		await visitor.goto(`${path}&peek=${ids[0]}`);
		await beside(visitor, ids[0]!).waitFor();
		await expectAccessible(visitor, 'a user beside the list');
		await expectNoSidewaysScroll(visitor, 'a user beside the list');
	});
});
