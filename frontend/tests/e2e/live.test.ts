/** Two browsers side by side: what one changes, the other shows, and nothing moves under the reader's hands. */
import { expect } from 'vitest';
import { Api, unique } from './harness/api.ts';
import { ADMIN } from './harness/stack.ts';
import { test, type Visitor } from './harness/visitor.ts';

const names = ({ page }: Visitor) => page.locator('tr[data-id] .name').allTextContents();

test('a change in one appears in the other, glows, and moves nothing', async ({ open }) => {
	const [api, tag] = [await Api.signIn(), unique('live')];
	const [ada, bo] = [await api.newUser({ name: `Ada ${tag}` }), await api.newUser({ name: `Bo ${tag}` })];
	const [reader, writer] = [await open({ as: ADMIN }), await open({ as: ADMIN })];
	for (const visitor of [reader, writer]) {
		await visitor.goto(`/people?q=${tag}&sort=name`);
		await visitor.live();
	}
	const { page } = reader;
	// An animation may be over before a slow machine looks at it: each that begins is noted.
	await page.evaluate(() => {
		const highlighted: (string | undefined)[] = [];
		const { animate } = Element.prototype;
		Element.prototype.animate = function (this: HTMLElement, ...given) {
			highlighted.push(this.dataset.id);
			return animate.apply(this, given);
		};
		Object.assign(window, { highlighted });
	});
	await page.getByLabel(`Select Bo ${tag}`).check();
	await page.locator(`tr[data-id="${bo.id}"] .name`).focus();
	// A rename that sorts elsewhere: the row stays where it stands.
	await api.update({ id: ada.id, displayName: `Zoe ${tag}` });
	await page.getByText(`Zoe ${tag}`).waitFor();
	const highlighted = () => page.evaluate(() => (window as unknown as { highlighted: string[] }).highlighted);
	await expect.poll(highlighted).toEqual([ada.id]);
	expect(await names(reader)).toEqual([`Zoe ${tag}`, `Bo ${tag}`]);
	// By the other's own hands, through the page.
	await writer.page.getByLabel(`Select Zoe ${tag}`).check();
	await writer.page.getByRole('button', { name: 'Disable' }).click();
	await writer.page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
	await page.locator(`tr[data-id="${ada.id}"]`).getByText('Disabled').waitFor();
	expect(await page.getByLabel(`Select Bo ${tag}`).isChecked(), 'the selection survives').toBe(true);
	expect(await page.evaluate(() => document.activeElement?.textContent), 'the focus survives').toBe(
		`Bo ${tag}`
	);
});

test('newcomers wait until asked for, and the page does not scroll', async ({ open }) => {
	const api = await Api.signIn();
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto('/people');
	await visitor.live();
	await page.evaluate(() => scrollTo(0, 600));
	const before = await names(visitor);
	const top = await page.evaluate(() => scrollY);
	const born = [await api.newUser(), await api.newUser(), await api.newUser()];
	const button = page.getByRole('button', { name: 'Show 3 new people' });
	await button.waitFor();
	expect(await button.innerText()).toBe('3 new');
	expect(await names(visitor)).toEqual(before);
	expect(await page.evaluate(() => scrollY)).toBe(top);
	await button.click();
	await expect
		.poll(async () => (await names(visitor)).slice(0, 3))
		.toEqual(born.map(({ name }) => name).reverse());
	expect(await button.count()).toBe(0);
});

test('a user who no longer matches stays, marked, until the page is read again', async ({ open }) => {
	const [api, tag] = [await Api.signIn(), unique('leaver')];
	const someone = await api.newUser({ name: `Leaver ${tag}` });
	const visitor = await open({ as: ADMIN });
	await visitor.goto(`/people?q=${tag}&status=ACTIVE`);
	await visitor.live();
	await api.disable(someone.id);
	await visitor.page.getByText('No longer matches').waitFor();
	expect(await names(visitor)).toEqual([someone.name]);
	expect(await visitor.page.locator('[data-total]').textContent()).toBe('0 people');
	await visitor.page.reload();
	await visitor.page.getByText('No one matches').waitFor();
});

test('who is there has a dot, and loses it on leaving', async ({ open }) => {
	const api = await Api.signIn();
	const someone = await api.newUser({ name: unique('Present ') });
	const reader = await open({ as: ADMIN });
	await reader.goto(`/people?q=${encodeURIComponent(someone.name)}`);
	await reader.live();
	const dot = reader.page.locator(`tr[data-id="${someone.id}"] .who`).getByTitle('Online');
	expect(await dot.count()).toBe(0);
	const guest = await open({ as: someone });
	await guest.goto('/people');
	await guest.live();
	await dot.waitFor();
	await guest.page.goto('about:blank');
	await dot.waitFor({ state: 'detached', timeout: 90_000 });
});

test('disabling signs the other out, and tells them why', async ({ open }) => {
	const api = await Api.signIn();
	const took: number[] = [];
	for (let run = 0; run < 3; run += 1) {
		const someone = await api.newUser();
		const visitor = await open({ as: someone });
		visitor.expected.push(/WebSocket/);
		await visitor.goto('/people?sort=name');
		await visitor.live();
		const notice = visitor.page.getByText('Your account was disabled. Ask an admin').waitFor();
		const began = performance.now();
		await api.disable(someone.id);
		await notice;
		took.push(Math.round(performance.now() - began));
		expect(visitor.path).toContain('next=%2Fpeople%3Fsort%3Dname');
		await visitor.goto('/people');
		expect(visitor.path).toMatch(/^\/sign-in/);
	}
	console.log(`From "disable" to the reason on the other's screen: ${took.join(', ')} ms`);
});

test('a new role signs out, with the reason, and the next sign-in has the new rights', async ({ open }) => {
	const api = await Api.signIn();
	const someone = await api.newUser({ role: 'ADMIN' });
	const visitor = await open({ as: someone });
	await visitor.goto('/people');
	await visitor.live();
	await api.update({ id: someone.id, role: 'MEMBER' });
	await visitor.page.getByText('Your role was changed.').waitFor();
	await visitor.signIn(someone);
	await visitor.goto('/people');
	await visitor.page.getByText('People').first().waitFor();
	expect(await visitor.page.getByRole('link', { name: 'Add person' }).count()).toBe(0);
});
