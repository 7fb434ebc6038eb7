/** Nothing typed is lost by leaving a page: links, keys, the palette, the history, a reload and closing ask first. */
import { expect } from 'vitest';
import { Api } from './harness/api.ts';
import { expectAccessible } from './harness/checks.ts';
import { ADMIN } from './harness/stack.ts';
import { test, type Visitor } from './harness/visitor.ts';

const TYPED = 'Typed by hand';
const name = ({ page }: Visitor) => page.getByRole('textbox', { name: 'Name', exact: true });
const question = ({ page }: Visitor) => page.getByRole('dialog', { name: 'Leave without saving?' });
const press = (visitor: Visitor, button: 'Stay' | 'Leave') =>
	question(visitor).getByRole('button', { name: button }).click();
const link = ({ page }: Visitor, place: string) =>
	page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: place });

/** Somebody's page, come to from the overview by way of the list, with an edit that is not saved. */
async function edited(visitor: Visitor): Promise<string> {
	const { page } = visitor;
	const someone = await (await Api.signIn()).newUser();
	await visitor.goto('/overview');
	await link(visitor, 'People').click();
	await page.waitForURL('/people');
	await page.getByLabel('Search people').fill(someone.email);
	await page.waitForURL(/\?q=/);
	await page.locator(`tr[data-id="${someone.id}"] a`).first().press('Enter');
	await page.waitForURL(`/people/${someone.id}`);
	await name(visitor).fill(TYPED);
	return someone.id;
}

/** Asked, and stayed: the page, its address and what was typed are as they were. */
async function staysAt(visitor: Visitor, id: string): Promise<void> {
	await question(visitor).waitFor();
	await press(visitor, 'Stay');
	await question(visitor).waitFor({ state: 'hidden' });
	await expect.poll(() => visitor.path).toBe(`/people/${id}`);
	expect(await name(visitor).inputValue()).toBe(TYPED);
}

test('a link asks before it loses an edit, and leads on where that is meant', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	const id = await edited(visitor);
	await link(visitor, 'Activity').click();
	await question(visitor).waitFor();
	await expectAccessible(visitor, 'the question before leaving');
	await staysAt(visitor, id);
	await link(visitor, 'Activity').click();
	await press(visitor, 'Leave');
	await page.waitForURL('/activity');
	await link(visitor, 'Overview').click();
	await page.waitForURL('/overview');
});

test('keys and the palette ask as well', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	const id = await edited(visitor);
	await page.getByRole('heading', { level: 1 }).click();
	// On a busy machine the two keys can be too far apart to belong together.
	await expect
		.poll(async () => {
			await page.keyboard.press('g');
			await page.keyboard.press('a');
			return question(visitor).isVisible();
		})
		.toBe(true);
	await staysAt(visitor, id);

	await page.keyboard.press('Control+k');
	const palette = page.getByRole('dialog', { name: 'Command palette' });
	await palette.getByRole('combobox').fill('Overview');
	await palette.getByRole('option', { name: 'Overview' }).waitFor();
	await page.keyboard.press('Enter');
	await staysAt(visitor, id);
});

test('back and forward ask, and the history stays right either way', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	const id = await edited(visitor);
	const entries = () => page.evaluate(() => history.length);
	const before = await entries();
	// The browser goes back to the entry after the question has come: two movements at once would become one.
	const entry = () => page.evaluate(() => JSON.stringify(history.state));
	const here = await entry();
	for (const steps of [-1, -2]) {
		await page.evaluate((by) => history.go(by), steps);
		await staysAt(visitor, id);
		await expect.poll(entry).toBe(here);
	}
	await page.evaluate(() => history.back());
	await press(visitor, 'Leave');
	await page.waitForURL(/\/people\?q=/);
	await page.getByLabel('Search people').waitFor();
	await page.evaluate(() => history.forward());
	await page.waitForURL(`/people/${id}`);
	await name(visitor).waitFor();
	expect(await name(visitor).inputValue(), 'it was left without saving').not.toBe(TYPED);
	await page.evaluate(() => history.go(-2));
	await page.waitForURL(/\/people$/);
	expect(await entries()).toBe(before);
});

test('a reload and closing are asked about by the browser', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await edited(visitor);
	const asked: string[] = [];
	page.on('dialog', (dialog) => {
		asked.push(dialog.type());
		void dialog.dismiss();
	});
	await page.evaluate(() => setTimeout(() => location.reload()));
	await expect.poll(() => asked).toEqual(['beforeunload']);
	await page.close({ runBeforeUnload: true });
	await expect.poll(() => asked).toEqual(['beforeunload', 'beforeunload']);
	expect(await name(visitor).inputValue()).toBe(TYPED);
});

test('nothing is asked after saving, nor for what is searched and filtered', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	const asked: string[] = [];
	page.on('dialog', (dialog) => {
		asked.push(dialog.type());
		void dialog.accept();
	});
	await edited(visitor);
	await page.getByRole('button', { name: 'Save changes' }).click();
	await page.getByRole('status').getByText('Saved').waitFor();
	await link(visitor, 'People').click();
	await page.waitForURL('/people');
	await page.getByLabel('Search people').fill('somebody');
	await link(visitor, 'Activity').click();
	await page.waitForURL('/activity');
	await visitor.goto('/overview');
	expect(asked).toEqual([]);
});

test('signing out, and the end of a session, are not held up', async ({ open }) => {
	const someone = await (await Api.signIn()).newUser();
	const visitor = await open({ as: someone });
	// The socket of a session that has ended is closed while the page is still shown.
	visitor.expected.push(/status of 401/);
	const { page } = visitor;
	const asked: string[] = [];
	page.on('dialog', (dialog) => {
		asked.push(dialog.type());
		void dialog.accept();
	});
	await visitor.goto('/account');
	await visitor.live();
	await name(visitor).fill(TYPED);
	await (await Api.signIn()).disable(someone.id);
	await page.waitForURL(/\/sign-in/);

	const admin = await open({ as: ADMIN });
	admin.expected.push(/status of 401/);
	admin.page.on('dialog', (dialog) => {
		asked.push(dialog.type());
		void dialog.accept();
	});
	await edited(admin);
	await admin.page.getByRole('button', { name: /Account menu/ }).click();
	await admin.page.getByRole('button', { name: 'Sign out' }).click();
	await admin.page.waitForURL(/\/sign-in/);
	expect(asked).toEqual([]);
});
