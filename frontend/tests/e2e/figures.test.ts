/** The overview's figures: each is the number of rows of the list that it links to. */
import { beforeAll, expect } from 'vitest';
import { Api, unique, type Someone } from './harness/api.ts';
import { ADMIN } from './harness/stack.ts';
import { test, type Visitor } from './harness/visitor.ts';

let api: Api;
let someone: Someone;
beforeAll(async () => {
	api = await Api.signIn();
	someone = await api.newUser({ name: unique('Figure ') });
	await Api.signIn(someone);
	for (const password of ['wrong one', 'wrong two'])
		await expect(Api.signIn({ ...someone, password })).rejects.toThrow();
});

const number = (text: string | undefined) =>
	Number(/[\d,.]+/.exec(text ?? '')?.[0].replace(/\D/g, '') ?? 'NaN');

/** Follows every page of a log, and returns the types of its events. */
async function listed({ page }: Visitor, href: string): Promise<string[]> {
	const types: string[] = [];
	for (let next: string | null = href; next;) {
		await page.goto(next);
		types.push(
			...(await page.locator('[data-event]').evaluateAll((rows) => rows.map((row) => row.dataset.type ?? '')))
		);
		const older = page.getByRole('link', { name: 'Older', exact: true });
		next = (await older.count()) ? await older.getAttribute('href') : null;
	}
	return types;
}

test.for(['1', '90'])('failed sign-ins of %s days are as many as their list has', async (days, { open }) => {
	const visitor = await open({ as: ADMIN, script: false });
	const { page } = visitor;
	// The API logs a failure after its answer: until then the figure is older than the list.
	await expect
		.poll(
			async () => {
				await page.goto(`/overview?days=${days}`);
				const figure = page.locator('[data-figure=failed]');
				const counted = number(await figure.locator('.value').innerText());
				const types = await listed(visitor, (await figure.locator('h2 a').getAttribute('href'))!);
				return counted >= 2 && types.length === counted && new Set(types).size === 1 && types[0];
			},
			{ timeout: 120_000 }
		)
		.toBe('SIGN_IN_FAILED');
});

test('a bar opens the list of its period, and the list says which', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto('/overview?days=7');
	const bar = page.locator('[data-figure=failed] svg a').last();
	const counted = number((await bar.getAttribute('aria-label'))!);
	await bar.focus();
	await page.keyboard.press('ArrowLeft');
	expect(await page.locator('[data-figure=failed] svg a:focus').getAttribute('tabindex')).toBe('-1');
	await page.keyboard.press('ArrowRight');
	await page.keyboard.press('Enter');
	await page.locator('[data-window]').waitFor();
	expect(visitor.path).toMatch(/^\/activity\?show=failed&since=/);
	expect(await page.locator('[data-event]').count()).toBeGreaterThanOrEqual(Math.min(counted, 2));
	await page.locator('[data-window] a').click();
	await page.locator('[data-window]').waitFor({ state: 'detached' });
	expect(visitor.path).toBe('/activity?show=failed');
});

test('people, roles and states are as many as their lists say', async ({ open }) => {
	const visitor = await open({ as: ADMIN, script: false });
	const { page } = visitor;
	await page.goto('/overview');
	const links = await page
		.locator('[data-share] a, [data-figure=people] h2 a')
		.evaluateAll((found) =>
			found.map((link) => [link.closest('li, .figure')!.textContent, link.getAttribute('href')!])
		);
	expect(links.length).toBe(7);
	for (const [text, href] of links) {
		await page.goto(href!);
		const total = await page.locator('[data-total]').innerText();
		expect(number(total), `${text} ${href}`).toBe(number(text!));
	}
});
