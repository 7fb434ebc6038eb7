/** The rows of the directory under pointer and keyboard: what they cost, how they look marked, where the focus goes. */
import { readFile } from 'node:fs/promises';
import { expect, inject } from 'vitest';
import { Api, unique } from './harness/api.ts';
import { ADMIN } from './harness/stack.ts';
import { test, type Visitor } from './harness/visitor.ts';

async function some(names: string[]) {
	const [api, tag] = [await Api.signIn(), unique('rows')];
	const people = [];
	for (const name of names) people.push(await api.newUser({ name: `${name} ${tag}` }));
	return { api, people, path: `/people?q=${tag}&sort=name` };
}

const focused = ({ page }: Visitor) => page.evaluate(() => document.activeElement?.textContent?.trim());

test('a pointer that passes over rows reads nobody; one that is pressed reads that one', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	const read: string[] = [];
	page.on('request', (request) => {
		const path = new URL(request.url()).pathname;
		if (path.startsWith('/people/')) read.push(path);
	});
	await visitor.goto('/people?sort=name');
	for (let index = 0; index < 10; index += 1) {
		await page.locator('tr[data-id]').nth(index).hover();
		// Longer than the pointer must rest for what is read ahead.
		await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 60)));
	}
	// The menu is read ahead: whatever the rows had asked for has been by then.
	const ahead = page.waitForRequest(/\/overview\/__data\.json/);
	await page.getByRole('link', { name: 'Overview' }).hover();
	await ahead;
	expect(read).toEqual([]);
	const id = await page.locator('tr[data-id]').first().getAttribute('data-id');
	await page.locator('tr[data-id] .name').first().click();
	await page.waitForURL(`/people/${id}`);
	expect(new Set(read)).toEqual(new Set([`/people/${id}/__data.json`]));
});

test.for(['light', 'dark'] as const)(
	'an admin stands out in a selected row (%s)',
	async (theme, { open }) => {
		const { api, people, path } = await some(['Ada']);
		await api.update({ id: people[0]!.id, role: 'ADMIN' });
		const visitor = await open({ as: ADMIN, theme, reducedMotion: true });
		const { page } = visitor;
		await visitor.goto(path);
		await page.locator('tr[data-id] input').check();
		await page.mouse.move(0, 0);
		const badge = (await page.locator('tr[data-id] .role .badge').boundingBox())!;
		const clip = {
			x: badge.x + badge.width / 2,
			y: Math.round(badge.y) - 3,
			width: 1,
			height: badge.height + 6
		};
		const picture = (await page.screenshot({ clip })).toString('base64');
		// How far the edge of the badge is from what is around it, of 255 for each colour.
		const contrast = await page.evaluate(async (encoded) => {
			const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
			const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
			const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d')!;
			canvas.drawImage(image, 0, 0);
			const at = (y: number) => [...canvas.getImageData(0, y, 1, 1).data.slice(0, 3)];
			const distance = (one: number[], other: number[]) =>
				Math.max(...one.map((value, index) => Math.abs(value - other[index]!)));
			return Math.max(...[2, 3, 4, 5].map((y) => distance(at(y), at(0))));
		}, picture);
		expect(contrast).toBeGreaterThan(12);
	}
);

test('who has left is dimmed, and the lines between the rows are whole', async ({ open }) => {
	const { api, people, path } = await some(['Ada', 'Bo', 'Cy']);
	const visitor = await open({ as: ADMIN });
	await visitor.goto(`${path}&status=ACTIVE`);
	await visitor.live();
	await api.disable(people[1]!.id);
	await visitor.page.locator('tr.left').waitFor();
	const lines = await visitor.page.locator('tr[data-id]').evaluateAll((rows) =>
		rows.map((row) =>
			[...row.children].map((cell) => {
				const { opacity, borderBottomWidth, borderBottomColor } = getComputedStyle(cell);
				const below = row.getBoundingClientRect().bottom - cell.getBoundingClientRect().bottom;
				return `${opacity} ${borderBottomWidth} ${borderBottomColor} ${below}`;
			})
		)
	);
	expect(new Set(lines.flat())).toEqual(new Set([lines[0]![0]]));
	expect(lines[0]![0]).toMatch(/^1 1px .* 0$/);
});

test('from a selected row to the actions, and back to it', async ({ open }) => {
	const { path } = await some(['Ada', 'Bo', 'Cy']);
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto(path);
	const bar = page.getByRole('group', { name: '1 selected' });
	const inBar = () => bar.evaluate((element) => element.contains(document.activeElement));
	await page.locator('tr[data-id] input').nth(1).focus();
	await page.keyboard.press('Space');
	await page.keyboard.press('Tab');
	expect(await focused(visitor)).toBe('Actions for the selected');
	await page.keyboard.press('Enter');
	// The bar is loaded once a user is selected.
	await expect.poll(inBar).toBe(true);
	await page.keyboard.press('Escape');
	expect(await focused(visitor)).toMatch(/^Bo /);
	await page.keyboard.press('b');
	expect(await inBar()).toBe(true);
	await page.getByRole('button', { name: 'Clear selection' }).press('Enter');
	await expect.poll(() => focused(visitor)).toMatch(/^Bo /);
});

test('what ends a search or a filter is gone after it: the focus goes to the field', async ({ open }) => {
	const { path } = await some(['Ada']);
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	const field = () => page.evaluate(() => (document.activeElement as HTMLInputElement).name);
	await visitor.goto(path);
	await page.getByRole('link', { name: 'Clear search' }).press('Enter');
	await page.waitForURL('/people?sort=name');
	await page.locator('main[aria-busy=false]').waitFor();
	expect(await field()).toBe('q');
	await visitor.goto('/people?role=ADMIN');
	await page.getByRole('link', { name: 'Clear filters' }).press('Enter');
	await page.waitForURL('/people');
	await page.locator('main[aria-busy=false]').waitFor();
	expect(await focused(visitor)).toBe('Filter');
});

test('a selection stands when the page is turned, and can be of all who match', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto('/people?sort=name');
	const selected = (name: string | RegExp) => page.getByRole('group', { name }).waitFor();
	await page.locator('tr[data-id] .name').nth(1).focus();
	await page.keyboard.press('x');
	await page.keyboard.press('Shift+ArrowDown');
	await selected('2 selected');
	const second = await page.getByRole('link', { name: 'Next' }).getAttribute('href');
	await page.getByRole('link', { name: 'Next' }).click();
	await page.waitForURL(second!);
	await page.getByText('2 on other pages').waitFor();
	await page.getByLabel('Select all on this page').check();
	await selected('52 selected');
	const [file] = await Promise.all([
		page.waitForEvent('download'),
		page.getByRole('group', { name: '52 selected' }).getByRole('button', { name: 'Export' }).click()
	]);
	expect((await readFile(await file.path(), 'utf8')).trim().split('\r\n')).toHaveLength(53);
	await page.getByRole('button', { name: /^Select (all|the first)/ }).click();
	await selected(/^[1-9]\d\d selected|^\d,\d+ selected/);
	const all = Math.min(inject('people'), 2_000);
	await expect
		.poll(async () => {
			const text = await page.locator('[aria-live]', { hasText: 'selected' }).first().textContent();
			return Number(text!.split(' ')[0]!.replace(/\D/g, ''));
		})
		.toBeGreaterThanOrEqual(all);
	await page.getByRole('button', { name: 'Clear selection' }).click();
	await page.getByRole('group', { name: /selected/ }).waitFor({ state: 'hidden' });
	expect(await page.locator('tr[data-id] input:checked').count()).toBe(0);
});
