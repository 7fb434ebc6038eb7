/** Without a connection there is the console's own page, which leaves by itself; nothing personal is kept for it. */
import { expect } from 'vitest';
import { expectAccessible } from './harness/checks.ts';
import { ADMIN } from './harness/stack.ts';
import { test, type Visitor } from './harness/visitor.ts';

/** Waits until the service worker answers for the page. */
async function controlled({ page }: Visitor): Promise<void> {
	await page.waitForFunction(async () => {
		await navigator.serviceWorker.ready;
		return navigator.serviceWorker.controller !== null;
	});
}

test.for([
	['en-GB', 'Rollcall cannot be reached'],
	['de-DE', 'Rollcall ist nicht erreichbar']
] as const)('a page of its own (%s), until there is a connection', async ([locale, title], { open }) => {
	const visitor = await open({ as: ADMIN, locale });
	visitor.expected.push(/ERR_INTERNET_DISCONNECTED|WebSocket|Failed to load resource/);
	const { page, context } = visitor;
	await visitor.goto('/people');
	await controlled(visitor);
	await context.setOffline(true);
	await page.goto('/activity?show=security');
	await page.getByRole('heading', { name: title }).waitFor();
	expect(visitor.path).toBe('/activity?show=security');
	await expectAccessible(visitor, 'the page without a connection');
	await context.setOffline(false);
	await page.locator('[data-live="live"]').waitFor({ state: 'attached' });
	expect(visitor.path, 'healed by itself, where it was').toBe('/activity?show=security');
});

test('a link without a connection says the same, and heals', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	visitor.expected.push(/ERR_INTERNET_DISCONNECTED|WebSocket|Failed to (load|fetch)|importing/);
	const { page, context } = visitor;
	await visitor.goto('/people');
	await visitor.live();
	await controlled(visitor);
	await context.setOffline(true);
	await page.getByRole('link', { name: 'Overview' }).click();
	await page.getByRole('heading', { name: 'Rollcall cannot be reached' }).waitFor();
	expect(await page.getByText('The API is not answering').count()).toBe(0);
	await context.setOffline(false);
	await page.getByRole('heading', { name: 'Overview' }).waitFor();
});

test('nothing is kept but the console’s own files', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	await visitor.goto('/people');
	await controlled(visitor);
	await visitor.goto('/activity');
	await visitor.live();
	const kept = await visitor.page.evaluate(async () => {
		const names = await caches.keys();
		const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
		return requests.flat().map(({ url }) => new URL(url).pathname);
	});
	expect(kept).toContain('/offline.html');
	const others = kept.filter((path) => !/^\/(?:_app\/immutable\/|offline\.(?:html|js)$)/.test(path));
	expect(others).toEqual([]);
});
