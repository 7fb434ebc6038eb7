/** Everything by the keyboard, and in the visitor's language. */
import { describe, expect } from 'vitest';
import { Api, unique } from './harness/api.ts';
import { expectAccessible, expectNoSidewaysScroll } from './harness/checks.ts';
import { ADMIN } from './harness/stack.ts';
import { test, type Visitor } from './harness/visitor.ts';

const focused = ({ page }: Visitor) =>
	page.evaluate(() => document.activeElement?.closest('tr')?.querySelector('.name')?.textContent);
const row = ({ page }: Visitor, index: number) => page.locator('tr[data-id] .name').nth(index).textContent();

test('j and k walk the rows, x selects, Enter opens', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto('/people?sort=name');
	await page.keyboard.press('j');
	expect(await focused(visitor)).toBe(await row(visitor, 0));
	await page.keyboard.press('j');
	await page.keyboard.press('j');
	await page.keyboard.press('k');
	expect(await focused(visitor)).toBe(await row(visitor, 1));
	await page.keyboard.press('x');
	expect(await page.locator('tr[data-id] input:checked').count()).toBe(1);
	await page.keyboard.press('x');
	expect(await page.locator('tr[data-id] input:checked').count()).toBe(0);
	await page.keyboard.press('k');
	await page.keyboard.press('k');
	expect(await focused(visitor), 'the first row is the end of the way').toBe(await row(visitor, 0));
	const id = await page.locator('tr[data-id]').first().getAttribute('data-id');
	await page.keyboard.press('Enter');
	await page.waitForURL(`/people/${id}`);
});

test('/ goes to the search, ? tells the keys, and typing is only typing', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto('/people');
	await page.keyboard.press('/');
	await page.keyboard.type('jx?');
	expect(await page.getByLabel('Search people').inputValue()).toBe('jx?');
	await page.keyboard.press('Escape');
	await page.keyboard.press('Escape');
	await page.keyboard.press('?');
	const help = page.getByRole('dialog', { name: 'Keyboard' });
	await help.waitFor();
	await expectAccessible(visitor, 'the keys');
	await page.keyboard.press('Escape');
	await help.waitFor({ state: 'hidden' });
});

test('Ctrl-K finds a person and a command', async ({ open }) => {
	const someone = await (await Api.signIn()).newUser({ name: unique('Palette ') });
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto('/people');
	await page.keyboard.press('Control+k');
	const palette = page.getByRole('dialog', { name: 'Command palette' });
	const field = palette.getByRole('combobox');
	await field.waitFor();
	expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
	await expectAccessible(visitor, 'the palette');
	await field.fill('dark');
	await page.getByRole('option', { name: 'Theme: Dark' }).waitFor();
	expect(await palette.getByRole('option', { selected: true }).textContent()).toContain('Theme: Dark');
	await page.keyboard.press('Enter');
	await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('dark');
	await page.keyboard.press('Control+k');
	await field.fill(someone.name);
	await page.getByRole('option', { name: someone.name }).waitFor();
	await expectAccessible(visitor, 'the palette with people');
	expect(await palette.getByRole('option', { selected: true }).textContent()).toContain(someone.name);
	await page.keyboard.press('Enter');
	await page.waitForURL(`/people/${someone.id}`);
});

/** How many elements the browser styles anew after a key. */
async function restyled({ page }: Visitor, key: string, until: () => Promise<void>): Promise<number> {
	const session = await page.context().newCDPSession(page);
	let count = 0;
	session.on('Tracing.dataCollected', ({ value }) => {
		for (const { name, args } of value as unknown as { name: string; args: { elementCount?: number } }[])
			if (name === 'UpdateLayoutTree') count += args.elementCount ?? 0;
	});
	const traceConfig = { includedCategories: ['devtools.timeline'] };
	await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig });
	await page.keyboard.press(key);
	await until();
	await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
	const complete = new Promise((done) => session.once('Tracing.tracingComplete', done));
	await session.send('Tracing.end');
	await complete;
	await session.detach();
	return count;
}

test('the palette leaves the page behind it as it is, and works over a dialog', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto('/people');
	const palette = page.getByRole('dialog', { name: 'Command palette' });
	const opened = () => palette.getByRole('combobox').waitFor();
	const closed = () => palette.waitFor({ state: 'hidden' });
	await page.keyboard.press('j');
	const all = await page.locator('*').count();
	// The first time it is made.
	await page.keyboard.press('Control+k');
	await opened();
	await page.keyboard.press('Escape');
	await closed();
	expect(await restyled(visitor, 'Control+k', opened)).toBeLessThan(all / 4);
	await page.keyboard.press('Tab');
	await page.keyboard.type('over');
	expect(await palette.getByRole('combobox').inputValue(), 'the field keeps the focus').toBe('over');
	expect(await restyled(visitor, 'Escape', closed)).toBeLessThan(all / 4);
	expect(await focused(visitor), 'the focus is back').toBe(await row(visitor, 0));
	await page.keyboard.press('Control+k');
	await opened();
	await page.locator('tr[data-id] .name').nth(9).click({ force: true });
	await closed();
	expect(visitor.path, 'a press beside it reaches nothing under it').toBe('/people');
	await page.keyboard.press('?');
	const keys = page.getByRole('dialog', { name: 'Keyboard' });
	await keys.waitFor();
	await page.keyboard.press('Control+k');
	await opened();
	await page.keyboard.type('over');
	expect(await palette.getByRole('combobox').inputValue()).toBe('over');
	await page.keyboard.press('Escape');
	await closed();
	expect(await keys.isVisible()).toBe(true);
});

test('g and a letter go places; the first Tab leads past the menu', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto('/people');
	await page.keyboard.press('Tab');
	expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to content');
	await page.keyboard.press('Enter');
	expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
	await visitor.goto('/people?q=elsewhere');
	// The second key counts within a second of the first: on a slow machine not each time.
	const go = async () => {
		await page.keyboard.press('g');
		await page.keyboard.press('p');
		return visitor.path;
	};
	await expect.poll(go).toBe('/people');
});

test('sorting leaves the keyboard on the head of the column', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto('/people');
	await page.getByRole('columnheader', { name: 'Name' }).getByRole('link').focus();
	await page.keyboard.press('Enter');
	await page.waitForURL('/people?sort=name');
	await page.locator('th[aria-sort=ascending]').waitFor();
	expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Name');
	await page.getByRole('link', { name: 'API', exact: true }).click();
	await page.waitForURL('/developers');
	await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN');
});

describe('language', () => {
	test('a German browser gets German, from the first paint', async ({ open }) => {
		const visitor = await open({ locale: 'de-DE', width: 390 });
		await visitor.goto('/sign-in');
		expect(await visitor.page.locator('html').getAttribute('lang')).toBe('de');
		await visitor.page.getByRole('button', { name: 'Anmelden' }).waitFor();
		await expectNoSidewaysScroll(visitor, 'sign-in in German');
	});

	test.for([true, false])('chosen by hand, it stays (script: %s)', async (script, { open }) => {
		const visitor = await open({ as: ADMIN, script });
		const { page } = visitor;
		await visitor.goto('/people?sort=name');
		await page.getByRole('button', { name: /Account menu/ }).click();
		await page.getByLabel('Language').selectOption('de');
		if (!script) await page.getByRole('button', { name: 'Apply' }).first().click();
		await page.locator('html[lang=de]').waitFor();
		expect(visitor.path).toBe('/people?sort=name');
		await page.getByRole('heading', { name: 'Personen' }).waitFor();
		if (script) await expectAccessible(visitor, 'the directory in German');
	});
});

test('who wants no motion gets none', async ({ open }) => {
	const api = await Api.signIn();
	const someone = await api.newUser();
	const visitor = await open({ as: ADMIN, reducedMotion: true });
	await visitor.goto(`/people?q=${someone.email}`);
	await visitor.live();
	await api.update({ id: someone.id, displayName: 'Without Motion' });
	await visitor.page.getByText('Without Motion').waitFor();
	const running = await visitor.page.evaluate(
		() => document.getAnimations().filter(({ effect }) => Number(effect?.getTiming().duration) > 1).length
	);
	expect(running).toBe(0);
});
