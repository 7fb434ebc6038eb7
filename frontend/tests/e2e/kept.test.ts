/** An API that is down when a form is sent takes nothing of what was typed. */
import { afterAll, beforeAll, expect, inject } from 'vitest';
import { ADMIN, Site } from './harness/stack.ts';
import { test } from './harness/visitor.ts';

let site: Site;
beforeAll(async () => (site = await Site.start(inject('place'))));
afterAll(() => site.stop());

test.for([true, false])(
	'a sign-in that nobody answers keeps the form and the address (script: %s)',
	async (script, { open }) => {
		const visitor = await open({ place: site.place, script });
		visitor.expected.push(/status of 503/);
		const { page } = visitor;
		await visitor.goto('/sign-in?next=%2Factivity');
		await site.api.stop('SIGKILL');
		try {
			await page.getByLabel('Email').fill(ADMIN.email);
			await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
			await page.getByRole('button', { name: 'Sign in' }).click();
			await page.getByText('The API cannot be reached.').waitFor();
			expect(await page.getByLabel('Email').inputValue()).toBe(ADMIN.email);
			expect(visitor.path).toBe('/sign-in?next=%2Factivity');
		} finally {
			await site.startApi();
		}
		await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
		await page.getByRole('button', { name: 'Sign in' }).click();
		await page.waitForURL('/activity');
	}
);
