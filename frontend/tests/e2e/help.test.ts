/** The help page: reached from everywhere, with and without script, and without secrets. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject } from 'vitest';
import { Api } from './harness/api.ts';
import { ADMIN } from './harness/stack.ts';
import { test } from './harness/visitor.ts';

const CHECKS = [
	'reads',
	'schema',
	'writes',
	'redis_listening',
	'redis_publishing',
	'redis_writing',
	'relay',
	'hub'
];

test('is reached by the menu, from the list of keys and by the palette', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	const arrives = async () => {
		await page.getByRole('heading', { name: 'Help', exact: true, level: 1 }).waitFor();
		await visitor.goto('/people');
	};
	await visitor.goto('/people');
	await page.getByRole('navigation').getByRole('link', { name: 'Help' }).click();
	await arrives();
	await page.keyboard.press('?');
	await page.getByRole('dialog').getByRole('link', { name: 'More help' }).click();
	await arrives();
	await page.keyboard.press('Control+k');
	await page.getByRole('dialog').getByRole('combobox').fill('help');
	await page.getByRole('option', { name: 'Help' }).click();
	await arrives();
});

test('shows that this page is live, and checks again', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto('/help');
	await visitor.live();
	await page.locator('[data-check=live]').getByText('Live', { exact: true }).waitFor();
	await Promise.all([
		page.waitForEvent('load'),
		page.getByRole('link', { name: 'Check again', exact: true }).click()
	]);
	await visitor.ready();
	expect(visitor.path).toBe('/help');
});

describe.each([{ script: true }, { script: false }])('with script $script', ({ script }) => {
	test('an admin sees the checks, and the settings without their secrets', async ({ open }) => {
		const visitor = await open({ as: ADMIN, script });
		const { page } = visitor;
		await visitor.goto('/help');
		for (const check of CHECKS) expect(await page.locator(`[data-check=${check}]`).count(), check).toBe(1);
		const value = (name: string) => page.locator(`[data-setting=${name}] td`).innerText();
		expect(await value('SIGN_INS_PER_ADDRESS')).toBe('100000');
		expect([await value('SECRET_KEY'), await value('METRICS_TOKEN')]).toEqual(['Set', 'Not set']);
		const key = (await readFile(join(inject('place').dataDir, 'secret-key'), 'utf8')).trim();
		const html = await page.content();
		for (const secret of [key, ADMIN.password, 'postgresql://']) expect(html).not.toContain(secret);
	});

	test('a member sees the checks and no settings, on a phone by way of the account', async ({ open }) => {
		const someone = await (await Api.signIn()).newUser();
		const visitor = await open({ as: someone, script, width: 390 });
		const { page } = visitor;
		await visitor.goto('/account');
		await page.getByRole('link', { name: 'Help', exact: true }).click();
		await page.getByRole('heading', { name: 'Health', exact: true }).waitFor();
		expect(await page.locator('[data-check]').count()).toBe(CHECKS.length + 1);
		expect(await page.locator('[data-setting]').count()).toBe(0);
		expect(await page.locator('main noscript p').count(), 'says that keys need script').toBe(script ? 0 : 1);
	});
});

test('an admin rotates the signing keys, with script off too, and sees that the next one waits', async ({
	open
}) => {
	for (const script of [false, true]) {
		const visitor = await open({ as: ADMIN, script });
		const { page } = visitor;
		await visitor.goto('/help');
		const rotate = page.getByRole('button', { name: 'Rotate keys' });
		if (!script) {
			await rotate.click();
			await page.getByText('A new key signs from').waitFor();
		}
		await page.locator('[data-signing-key]').getByText('Next').waitFor();
		expect(await page.locator('[data-signing-key]').count()).toBe(2);
		expect(await rotate.isDisabled()).toBe(true);
	}
});

test('what it links to is there', async ({ open }) => {
	const visitor = await open({ as: ADMIN, script: false });
	const { page, context } = visitor;
	await visitor.goto('/help');
	const links = page.locator('#documentation a');
	const addresses = await links.evaluateAll((all) => all.map((one) => (one as HTMLAnchorElement).href));
	expect(addresses.length).toBeGreaterThan(3);
	for (const address of addresses) expect((await context.request.get(address)).status(), address).toBe(200);
});
