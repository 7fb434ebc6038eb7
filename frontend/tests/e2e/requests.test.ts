/** What a walk through the console reads: each page once, and nothing for a page that only comes back or was saved. */
import { expect } from 'vitest';
import { Api, unique } from './harness/api.ts';
import { ADMIN } from './harness/stack.ts';
import { test } from './harness/visitor.ts';

const DATA = /\/__data\.json$/;

test('a walk reads the data of each page once', async ({ open }) => {
	const someone = await (await Api.signIn()).newUser({ name: unique('Walker ') });
	const { id, name } = someone;
	const visitor = await open({ as: ADMIN, serviceWorker: false });
	const { page } = visitor;
	const read: string[] = [];
	page.on('request', (request) => {
		const { pathname, searchParams } = new URL(request.url());
		const search = searchParams.get('q');
		if (DATA.test(pathname)) read.push(pathname.replace(DATA, '') + (search ? `?q=${search}` : ''));
	});
	/** Goes somewhere; what it reads must be just this. */
	const step = async (act: Promise<unknown>, shown: string, expected: string[]) => {
		await act;
		await page.locator(shown).first().waitFor();
		expect(read.splice(0), shown).toEqual(expected);
	};
	/** The pointer does not stay: a link that it rests on is read ahead. */
	const menu = async (path: string) => {
		await page.locator(`nav a[href="${path}"]`).click();
		await page.mouse.move(0, 0);
	};
	const row = `tr[data-id="${id}"] a`;

	await step(visitor.goto('/overview'), '[data-ready]', []);
	await visitor.live();
	await step(menu('/people'), 'tr[data-id]', ['/people']);
	await step(page.getByLabel('Search people').fill(name), '[aria-label="Clear search"]', [
		`/people?q=${name}`
	]);
	await step(page.locator(row).first().press('Enter'), '[name=displayName]', [`/people/${id}`]);
	await page.locator('[name=displayName]').fill(`${name} Saved`);
	await step(page.getByRole('button', { name: 'Save changes' }).click(), '.toast', []);
	await step(menu('/activity'), 'h1:has-text("Activity")', ['/activity']);
	await step(
		page.evaluate(() => history.back()),
		'[name=displayName]',
		[`/people/${id}`]
	);
});
