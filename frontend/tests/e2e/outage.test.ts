/** The API is killed and comes back: the page says so, catches up, and nothing is missed; without it, a page that says so. */
import { afterAll, beforeAll, expect, inject } from 'vitest';
import { Api, unique } from './harness/api.ts';
import { expectAccessible } from './harness/checks.ts';
import { ADMIN, Site } from './harness/stack.ts';
import { test } from './harness/visitor.ts';

let site: Site;
beforeAll(async () => (site = await Site.start(inject('place'))));
afterAll(() => site.stop());

const AWAY = [/WebSocket/, /status of 50\d/, /Failed to load resource/];

test('killed and back: offline, then live, nothing missed, nothing reloaded', async ({ open }) => {
	const [api, tag] = [await Api.signIn(), unique('outage')];
	const [ada, bo] = [await api.newUser({ name: `Ada ${tag}` }), await api.newUser({ name: `Bo ${tag}` })];
	const visitor = await open({ as: ADMIN, place: site.place });
	visitor.expected.push(...AWAY);
	const { page } = visitor;
	await visitor.goto(`/people?q=${tag}&sort=name`);
	await visitor.live();
	await page.evaluate(() => Object.assign(window, { sameDocument: true }));
	await page.getByLabel(`Select Bo ${tag}`).check();
	const states = page.evaluate(
		() =>
			new Promise<string[]>((resolve) => {
				const dot = document.querySelector('[data-live]')!;
				const seen: string[] = [];
				new MutationObserver(() => {
					seen.push(dot.getAttribute('data-live')!);
					if (seen.at(-1) === 'live') resolve(seen);
				}).observe(dot, { attributes: true, attributeFilter: ['data-live'] });
			})
	);
	await site.api.stop('SIGKILL');
	await page.locator('.state.offline').waitFor();
	expect(await page.locator('.state').textContent()).toContain('Offline');
	// Meanwhile, through another process: a change, a newcomer, a leaver.
	await api.update({ id: ada.id, displayName: `Ada Changed ${tag}` });
	await api.newUser({ name: `New ${tag}` });
	await api.delete(bo.id);
	const began = performance.now();
	await site.startApi();
	const answering = performance.now();
	await page.getByText(`Ada Changed ${tag}`).waitFor();
	await page.getByRole('button', { name: 'Show 1 new person' }).waitFor();
	await page.locator(`tr[data-id="${bo.id}"]`).getByText('Deleted').waitFor();
	await visitor.live();
	console.log(
		`Live again ${Math.round(performance.now() - answering)} ms after the API answers (its start: ${Math.round(answering - began)} ms)`
	);
	const seen = await states;
	expect(seen[0]).toBe('offline');
	expect(seen.slice(-2)).toEqual(['catchingUp', 'live']);
	expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true);
	expect(await page.getByLabel(`Select Bo ${tag}`).isChecked()).toBe(true);
});

test('a change made while offline is refused with the reason, and taken back', async ({ open }) => {
	const tag = unique('refused');
	const someone = await (await Api.signIn()).newUser({ name: `Still ${tag}` });
	const visitor = await open({ as: ADMIN, place: site.place });
	visitor.expected.push(...AWAY);
	const { page } = visitor;
	await visitor.goto(`/people?q=${tag}`);
	await visitor.live();
	await site.api.stop('SIGKILL');
	await page.getByLabel(`Select ${someone.name}`).check();
	await page.getByRole('button', { name: 'Disable' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
	await page.getByRole('dialog').getByText('The API cannot be reached.').waitFor();
	expect(await page.locator('tr[data-id] .status').innerText()).toBe('Active');
	await site.startApi();
	await visitor.live();
});

test.for([true, false])(
	'without the API there is a page that says so (script: %s)',
	async (script, { open }) => {
		const visitor = await open({ as: ADMIN, place: site.place, script });
		visitor.expected.push(...AWAY);
		const { page } = visitor;
		await site.api.stop('SIGKILL');
		try {
			expect(await visitor.goto('/people?sort=name')).toBe(503);
			await page.getByRole('heading', { name: 'The API is not answering' }).waitFor();
			expect(await page.locator('code').textContent(), 'a request id').toMatch(/^[\w-]{8,}$/);
			await expectAccessible(visitor, 'the offline page');
		} finally {
			await site.startApi();
		}
		if (!script) await page.reload();
		await page.getByRole('heading', { name: 'People' }).waitFor({ timeout: 60_000 });
		expect(visitor.path, 'still signed in, still here').toBe('/people?sort=name');
	}
);
