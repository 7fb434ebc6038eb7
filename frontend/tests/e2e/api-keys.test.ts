/** API keys in a browser: made, copied, used by a service, and revoked; the same without script. */
import { expect, inject, vi } from 'vitest';
import { Api, type Someone } from './harness/api.ts';
import { expectAccessible, expectNoSidewaysScroll } from './harness/checks.ts';
import { test } from './harness/visitor.ts';

/** The status with which the API answers a key; it asks whose the key is. */
async function status(key: string): Promise<number> {
	const response = await fetch(`${inject('place').apiUrl}/graphql`, {
		method: 'POST',
		headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
		body: JSON.stringify({ query: '{ me { id } }' })
	});
	return response.status;
}

async function newAuditor(): Promise<Someone> {
	return (await Api.signIn()).newUser({ role: 'AUDITOR' });
}

test.for([true, false])(
	'a key is made, works, and is refused once it is revoked (script: %s)',
	async (script, { open }) => {
		const visitor = await open({ as: await newAuditor(), script });
		const { page } = visitor;
		await visitor.goto('/account');
		await page.getByRole('link', { name: 'Manage API keys' }).click();
		await page.waitForURL('/account/keys');
		await visitor.ready();
		await page.getByText('You have no API keys.').waitFor();
		await page.getByLabel('Name').fill('Backup');
		await page.getByLabel('Role').selectOption('AUDITOR');
		await page.getByLabel('May check other people’s tokens').check();
		await page.getByRole('button', { name: 'Create key' }).click();
		await page.getByText('It is not shown again.').waitFor();
		const key = (await page.locator('[data-secret] code').textContent())!;
		expect(key).toMatch(/^rck_\w{8}_\w{38}$/);
		expect(await status(key)).toBe(200);
		await expectAccessible(visitor, 'a new API key');
		await page.setViewportSize({ width: 390, height: 844 });
		await expectNoSidewaysScroll(visitor, 'a new API key');

		await visitor.goto('/account/keys');
		expect(await page.content(), 'shown once').not.toContain(key);
		const row = page.locator('[data-key]');
		expect(await row.count()).toBe(1);
		await row.getByText(key.slice(0, 12)).waitFor();
		await row.locator('summary').click();
		await expectAccessible(visitor, 'revoking an API key');
		await row.getByRole('button', { name: 'Revoke key' }).click();
		await page.getByText('The key was revoked.').waitFor();
		await vi.waitFor(async () => expect(await status(key)).toBe(401), { timeout: 40_000, interval: 200 });
	}
);
