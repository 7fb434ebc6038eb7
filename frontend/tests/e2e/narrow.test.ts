/** A phone, a magnified page, a finger: nothing is cut off, out of reach or too small, whatever the language and the names. */
import { beforeAll, describe, expect } from 'vitest';
import { Api, unique, type Someone } from './harness/api.ts';
import { expectNoSidewaysScroll } from './harness/checks.ts';
import { ADMIN } from './harness/stack.ts';
import { test, type Visitor } from './harness/visitor.ts';

/** As wide as a name and an address may be, without a place to break them. */
let long: Someone;

beforeAll(async () => {
	const address = `${unique('a').padEnd(60, 'a')}@${'b'.repeat(60)}.${'c'.repeat(60)}.example.net`;
	long = await (await Api.signIn()).newUser({ name: unique('W').padEnd(90, 'W'), email: address });
	await Api.signIn(long);
});

/** What can be seen and lies outside the window, apart from what scrolls within it. */
const outside = ({ page }: Visitor) =>
	page.evaluate(() => {
		const width = document.documentElement.clientWidth;
		const contained = (element: Element): boolean => {
			const { overflowX, clipPath } = getComputedStyle(element);
			if (overflowX !== 'visible' || clipPath !== 'none') return true;
			return element.parentElement ? contained(element.parentElement) : false;
		};
		return [...document.body.querySelectorAll('*')]
			.filter((element) => {
				const { left, right, width: own } = element.getBoundingClientRect();
				return own > 0 && (left < -1 || right > width + 1) && !contained(element.parentElement!);
			})
			.map((element) => `${element.tagName} ${element.className} ${element.textContent?.slice(0, 20)}`);
	});

const HERE = ['en-GB', 'de-DE'].flatMap((locale) => [390, 320].map((width) => ({ locale, width })));

describe.each(HERE)('$locale at $width px', ({ locale, width }) => {
	test('nothing is wider than the window', async ({ open }) => {
		const visitor = await open({ as: ADMIN, locale, width });
		const { page } = visitor;
		const look = async (what: string) => {
			await expectNoSidewaysScroll(visitor, what);
			expect(await outside(visitor), what).toEqual([]);
		};
		for (const path of [
			`/people?q=${long.email.slice(0, 20)}`,
			`/people/${long.id}`,
			'/people/new',
			'/people/import',
			'/activity',
			`/activity?about=${long.id}`,
			`/people/change?do=disable&ids=${long.id}`,
			'/overview',
			'/developers',
			'/help',
			'/account'
		]) {
			await visitor.goto(path);
			await look(path.replace(long.id, 'the long one'));
		}
		await visitor.goto('/overview');
		for (const value of await page.locator('[data-figure] .value').all())
			expect((await value.boundingBox())?.height, 'a figure stands on one line').toBeLessThan(40);
		await visitor.goto('/people?sort=name');
		for (const index of [0, 1]) await page.locator('tr[data-id] input').nth(index).check();
		await look('the bar of actions');
		await page.keyboard.press('Control+k');
		await page.getByRole('dialog').getByRole('combobox').waitFor();
		await look('the palette');
	});
});

test('a toast with a long word keeps its button', async ({ open }) => {
	const visitor = await open({ as: ADMIN, width: 320 });
	const { page } = visitor;
	await visitor.goto(`/people/${long.id}`);
	await page.getByLabel('Role', { exact: true }).selectOption('AUDITOR');
	await page.getByRole('button', { name: 'Set role' }).click();
	const toast = page.locator('.toast');
	await toast.waitFor();
	const [frame, button] = await Promise.all([
		toast.boundingBox(),
		toast.getByRole('button', { name: 'Dismiss' }).boundingBox()
	]);
	expect(button!.x + button!.width).toBeLessThanOrEqual(frame!.x + frame!.width + 1);
	expect(frame!.x + frame!.width).toBeLessThanOrEqual(320);
});

/** How many rows stand wholly between what lies over them. */
const rowsInSight = ({ page }: Visitor) =>
	page.evaluate(() => {
		const rows = [...document.querySelectorAll('tr[data-id]')].map((row) => row.getBoundingClientRect());
		const seen = (x: number, y: number) => document.elementFromPoint(x, y)?.closest('tr[data-id]') != null;
		return rows.filter(
			({ top, bottom }) => bottom <= innerHeight && seen(60, top + 2) && seen(60, bottom - 2)
		).length;
	});

test.for([
	['a phone', 390, 844, 8],
	['a window of 1280 × 800 at 200 %', 640, 400, 4]
] as const)('%s shows enough of the directory', async ([, width, height, rows], { open }) => {
	const visitor = await open({ as: ADMIN, width });
	await visitor.page.setViewportSize({ width, height });
	await visitor.goto('/people?sort=name');
	expect(await rowsInSight(visitor)).toBeGreaterThanOrEqual(rows);
	for (const place of await visitor.page.getByRole('navigation').first().getByRole('link').all())
		expect(await place.boundingBox(), 'the menu stays within reach').toMatchObject({
			y: expect.toSatisfy((y: number) => y >= 0 && y < height)
		});
});

test('what a finger presses in bulk is 44 px high', async ({ open }) => {
	const visitor = await open({ as: ADMIN, width: 390 });
	const { page } = visitor;
	await visitor.goto('/people?sort=name');
	await page.locator('tr[data-id] input').first().check();
	const targets = page.locator('[role=group] :is(button, select), tr[data-id] label');
	const heights = await targets.evaluateAll((all) =>
		all.map((one) => Math.round(one.getBoundingClientRect().height))
	);
	expect(heights.length).toBeGreaterThan(8);
	expect(Math.min(...heights)).toBeGreaterThanOrEqual(44);
});

test('on a phone the page can be turned while somebody is selected', async ({ open }) => {
	const visitor = await open({ as: ADMIN, width: 390 });
	const { page } = visitor;
	await visitor.goto('/people?sort=name');
	await page.locator('tr[data-id] input').first().check();
	await page.getByRole('link', { name: 'Next' }).click();
	await page.getByText('1 on other pages').waitFor();
});

test('who is chosen from is read by name, however long the address', async ({ open }) => {
	const api = await Api.signIn();
	const name = unique('Chosen ');
	await api.newUser({ name, email: `${unique('x').padEnd(60, 'x')}@${'y'.repeat(60)}.example.net` });
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	const whole = async () =>
		page
			.getByRole('option')
			.getByText(name, { exact: true })
			.evaluate((element) => element.scrollWidth <= element.clientWidth);
	await visitor.goto('/activity');
	await page.getByRole('combobox').fill(name);
	await page.getByRole('option').getByText(name, { exact: true }).waitFor();
	expect(await whole(), 'in the picker').toBe(true);
	await page.keyboard.press('Control+k');
	const palette = page.getByRole('dialog');
	await palette.getByRole('combobox').fill(name);
	await palette.getByRole('option').getByText(name, { exact: true }).waitFor();
	expect(await whole(), 'in the palette').toBe(true);
});

describe.each([{ script: true }, { script: false }])('on a phone, with script $script', ({ script }) => {
	test.for(['CSV', 'NDJSON'])('the log is exported as %s', async (format, { open }) => {
		const visitor = await open({ as: ADMIN, script, width: 390 });
		const { page } = visitor;
		await visitor.goto(`/activity?about=${long.id}`);
		await page.getByRole('button', { name: 'Export', exact: true }).click();
		const link = page.getByRole('link', { name: `Export as ${format}` });
		expect((await link.boundingBox())?.height).toBeGreaterThanOrEqual(44);
		await expectNoSidewaysScroll(visitor, 'the formats');
		expect(await outside(visitor)).toEqual([]);
		const [file] = await Promise.all([page.waitForEvent('download'), link.click()]);
		expect(file.suggestedFilename()).toMatch(new RegExp(`^activity-.*\\.${format.toLowerCase()}$`));
	});
});
