/** Where a second factor is required: sign-in leads to setting one up, no other page opens before, and then all do. */
import { afterAll, beforeAll, describe, expect, inject } from 'vitest';
import { CreateUser } from '#lib/graphql/documents.ts';
import { Api, unique } from './harness/api.ts';
import { expectAccessible, expectNoSidewaysScroll } from './harness/checks.ts';
import { Site } from './harness/stack.ts';
import { code } from './harness/totp.ts';
import { test } from './harness/visitor.ts';

const PASSWORD = 'correct horse battery';

describe('where everyone needs a second factor', () => {
	let site: Site;
	beforeAll(async () => {
		site = await Site.start(inject('place'), { REQUIRE_SECOND_FACTOR: 'all' });
	});
	afterAll(() => site.stop());

	test.for([true, false])('sign-in leads through enrolment (script: %s)', async (script, { open }) => {
		const email = `${unique('enrol')}@example.net`;
		const input = { email, displayName: 'New', password: PASSWORD, role: 'MEMBER' as const };
		await (await Api.signIn()).run(CreateUser, { input });
		const visitor = await open({ place: site.place, script });
		const { page } = visitor;
		await visitor.goto('/sign-in?next=%2Fhelp');
		await page.getByLabel('Email').fill(email);
		await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
		await page.getByRole('button', { name: 'Sign in', exact: true }).click();
		await page.getByRole('heading', { name: 'Set up a second factor' }).waitFor();
		await expectAccessible(visitor, 'a required second factor');
		for (const path of ['/people', '/help', '/account', '/account/data', '/overview']) {
			await page.goto(`${site.place.url}${path}`);
			expect(new URL(page.url()).pathname, path).toBe('/second-factor');
		}
		await page.setViewportSize({ width: 390, height: 844 });
		await expectNoSidewaysScroll(visitor, 'a required second factor');

		const app = page.locator('section').filter({ hasText: 'With an authenticator app' });
		await app.getByLabel('Current password', { exact: true }).fill(PASSWORD);
		await app.getByRole('button', { name: 'Set up' }).click();
		const key = (await app.locator('[data-totp-key]').textContent())!;
		visitor.expected.push(/status of 400/);
		await app.getByLabel('Code that the app shows').fill('no code');
		await app.getByRole('button', { name: 'Turn on' }).click();
		await app.locator('[aria-invalid=true]').waitFor();
		await app.getByLabel('Code that the app shows').fill(code(key));
		await app.getByRole('button', { name: 'Turn on' }).click();
		await page.getByText('Your second factor is set up.').waitFor();
		expect(await page.locator('[data-recovery-codes] li').count()).toBe(10);
		await expectAccessible(visitor, 'recovery codes after enrolment');
		await page.getByRole('link', { name: 'Continue' }).click();
		await page.waitForURL('/overview');
		await page.getByRole('navigation').first().waitFor();
	});
});
