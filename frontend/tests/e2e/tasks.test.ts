/** An administrator's day with real clicks and keys: each task in so many steps (docs/explanation/tasks.md has the table). */
import { beforeAll, expect, inject } from 'vitest';
import { Api, unique } from './harness/api.ts';
import { ADMIN, Site } from './harness/stack.ts';
import { Steps } from './harness/steps.ts';
import { test, type Visitor } from './harness/visitor.ts';

let api: Api;
beforeAll(async () => (api = await Api.signIn()));

const rows = ({ page }: Visitor) => page.locator('tr[data-id]');
const row = (visitor: Visitor, name: string) => rows(visitor).filter({ hasText: name });
const timeline = ({ page }: Visitor, type: string) => page.locator(`[data-timeline] [data-type=${type}]`);
const statuses = (visitor: Visitor) => rows(visitor).locator('.status').allInnerTexts();

test('find a person by a misspelt name', async ({ open }) => {
	const name = unique('Wilhelm');
	const someone = await api.newUser({ name });
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto('/people');
	const steps = new Steps('Find a person by a misspelt name');
	await steps.take(page.keyboard.press('/'));
	await steps.take(page.keyboard.type(name.replace('lh', 'hl')));
	await row(visitor, name).waitFor();
	await steps.take(rows(visitor).locator('.name').first().click());
	await page.waitForURL(`/people/${someone.id}`);
	steps.done(3);
});

test('all disabled auditors who were added in the last 30 days', async ({ open }) => {
	const someone = await api.newUser({ name: unique('Found '), role: 'AUDITOR' });
	await api.disable(someone.id);
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto('/people');
	const steps = new Steps('All disabled auditors added in the last 30 days');
	await steps.take(page.keyboard.press('f'));
	const filters = page.getByRole('dialog', { name: 'Filters' });
	await steps.take(
		(async () => {
			for (const value of ['Disabled', 'Auditor', 'Last 30 days'])
				await filters.getByText(value, { exact: true }).click();
		})()
	);
	await row(visitor, someone.name).waitFor();
	await expect.poll(() => page.locator('[data-chip]').count()).toBe(3);
	steps.done(2);
});

test('change a role and take it back', async ({ open }) => {
	const someone = await api.newUser();
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto(`/people?q=${someone.email}`);
	const steps = new Steps('Change a role and take it back');
	await steps.take(rows(visitor).locator('.name').click());
	const form = page.locator('[data-form=role]');
	await steps.take(
		(async () => {
			await form.getByRole('combobox').selectOption('AUDITOR');
			await form.getByRole('button', { name: 'Set role' }).click();
		})()
	);
	await steps.take(page.getByRole('button', { name: 'Undo' }).click());
	await timeline(visitor, 'USER_ROLE_CHANGED').nth(1).waitFor();
	await expect.poll(() => form.getByRole('combobox').inputValue()).toBe('MEMBER');
	steps.done(3);
});

test('disable twelve at once and take it back', async ({ open }) => {
	const tag = unique('twelve');
	await Promise.all(Array.from({ length: 12 }, (_, n) => api.newUser({ name: `P${n} ${tag}` })));
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto(`/people?q=${tag}&sort=name`);
	const disabling = new Steps('Disable twelve at once');
	await disabling.take(page.getByLabel('Select all on this page').check());
	const bar = page.getByRole('group', { name: '12 selected' });
	await disabling.take(bar.getByRole('button', { name: 'Disable' }).click());
	const dialog = page.getByRole('dialog', { name: 'Disable 12 people?' });
	await disabling.take(dialog.getByRole('button', { name: 'Disable' }).click());
	await page.getByRole('status').getByText('12 people changed').waitFor();
	expect(new Set(await statuses(visitor))).toEqual(new Set(['Disabled']));
	disabling.done(3);
	const undoing = new Steps('… and undo');
	await page.getByRole('dialog').waitFor({ state: 'detached' });
	await undoing.take(page.getByRole('button', { name: 'Undo' }).click());
	await page.getByText('12 people are as before').waitFor();
	expect(new Set(await statuses(visitor))).toEqual(new Set(['Active']));
	undoing.done(1);
});

test('by the keyboard alone: disable a person and take it back', async ({ open }) => {
	const someone = await api.newUser();
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto(`/people?q=${someone.email}`);
	const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());
	const press = (steps: Steps, key: string) => steps.take(page.keyboard.press(key));
	const steps = new Steps('By the keyboard alone: disable a person and undo');
	await press(steps, 'j');
	await press(steps, 's');
	await page.getByRole('menu').waitFor();
	// The letter that the choice begins with.
	await press(steps, 'd');
	expect(await focused()).toBe('Disabled');
	await press(steps, 'Enter');
	const dialog = page.getByRole('dialog', { name: /^Disable .+\?$/ });
	await dialog.waitFor();
	while ((await focused()) !== 'Disable') await press(steps, 'Tab');
	await press(steps, 'Enter');
	await page
		.getByRole('status')
		.getByText(/: Disabled$/)
		.waitFor();
	await dialog.waitFor({ state: 'detached' });
	await press(steps, 'Control+z');
	await page.getByText(/(is|are) as before/).waitFor();
	expect(await statuses(visitor)).toEqual(['Active']);
	steps.done(7);
});

test('save what is shown as a view, and come back to it', async ({ open }) => {
	const name = unique('View ');
	const visitor = await open({ as: ADMIN, width: 1440 });
	const { page } = visitor;
	await visitor.goto('/people?status=DISABLED&role=AUDITOR&sort=name');
	const views = page.getByRole('navigation', { name: 'Views' });
	const panel = page.getByRole('dialog', { name: 'View', exact: true });
	const steps = new Steps('Save what is shown as a view, and come back to it');
	await steps.take(page.getByRole('button', { name: 'View', exact: true }).click());
	await steps.take(
		(async () => {
			await panel.getByLabel('Name of the view').fill(name);
			await page.keyboard.press('Enter');
		})()
	);
	await page.getByRole('status').getByText(name).waitFor();
	await visitor.goto('/people');
	await steps.take(views.getByRole('link', { name, exact: true }).click());
	await page.waitForURL('**/people?status=DISABLED&role=AUDITOR&sort=name&**');
	await expect.poll(() => page.locator('[data-chip]').count()).toBe(2);
	steps.done(3);
});

test('who changed a role and when', async ({ open }) => {
	const someone = await api.newUser();
	await api.update({ id: someone.id, role: 'AUDITOR' });
	const visitor = await open({ as: ADMIN });
	await visitor.goto(`/people?q=${someone.email}`);
	const steps = new Steps('Who changed a role, and when');
	await steps.take(rows(visitor).locator('.name').click());
	const entry = timeline(visitor, 'USER_ROLE_CHANGED');
	await entry.waitFor();
	expect(await entry.innerText()).toMatch(/Admin[^]*Member[^]*Auditor/);
	expect(await entry.locator('time').count()).toBeGreaterThan(0);
	steps.done(1);
});

test('end a session', async ({ open }) => {
	const someone = await api.newUser();
	await (await open({ as: someone })).goto('/people');
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto(`/people?q=${someone.email}`);
	const steps = new Steps('End a session');
	await steps.take(rows(visitor).locator('.name').click());
	await steps.take(page.getByRole('button', { name: /^End the session on Chrom/ }).click());
	await timeline(visitor, 'SESSION_REVOKED').waitFor();
	steps.done(2);
});

test('import a list with two bad rows and mend them', async ({ open }) => {
	const tag = unique('list');
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto('/people/import');
	const lines = [
		'email,name',
		`a.${tag}@example.net,Ada`,
		`b.${tag} example.net,Bo`,
		`c.${tag}@example.net,`
	];
	const file = { name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from(lines.join('\n')) };
	const steps = new Steps('Import a list with two bad rows and mend them');
	await steps.take(page.getByLabel('File', { exact: true }).setInputFiles(file));
	await steps.take(
		(async () => {
			await page.getByLabel('Email, line 3').fill(`b.${tag}@example.net`);
			await page.getByLabel('Name, line 4').fill('Cy');
			await page.keyboard.press('Enter');
		})()
	);
	await steps.take(page.getByRole('button', { name: 'Import 3 people' }).click());
	await page.getByText('Import finished.').waitFor();
	steps.done(3);
});

test('export the filter in force', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto('/people?status=DISABLED&role=AUDITOR');
	const steps = new Steps('Export the filter in force');
	const download = page.waitForEvent('download');
	await steps.take(page.getByRole('link', { name: 'Export' }).first().click());
	await download;
	steps.done(1);
});

test('add a person and give them a way in', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	const email = `${unique('n')}@example.net`;
	await visitor.goto('/people');
	const steps = new Steps('Add a person and give them a way in');
	await steps.take(
		page
			.getByRole('link', { name: /Add person/ })
			.first()
			.click()
	);
	await page.waitForURL('/people/new');
	await steps.take(
		(async () => {
			await page.getByLabel('Name').fill('New Person');
			await page.getByLabel('Email').fill(email);
			await page
				.getByLabel(/Password/)
				.first()
				.fill('a long password for them');
			await page.keyboard.press('Enter');
		})()
	);
	await page.waitForURL(/people\/[0-9a-f]{8}-/);
	steps.done(2);
	await Api.signIn({ email, password: 'a long password for them' });
});

test('two admins on one person', async ({ open }) => {
	const someone = await api.newUser();
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto(`/people/${someone.id}`);
	await visitor.live();
	const steps = new Steps('Two admins on one person: see both, save mine');
	await steps.take(page.locator('[data-form=save]').getByLabel('Name').fill('What I Was Typing'));
	await api.update({ id: someone.id, displayName: 'Theirs Came First' });
	await steps.take(page.locator('[data-conflict="1"]').getByRole('button', { name: 'Save mine' }).click());
	await page.getByRole('heading', { name: 'What I Was Typing' }).waitFor();
	steps.done(2);
});

test('an API that dies while one types', async ({ open }) => {
	const site = await Site.start(inject('place'));
	try {
		const someone = await api.newUser();
		const visitor = await open({ as: ADMIN, place: site.place });
		visitor.expected.push(/WebSocket/, /status of 50\d/, /Failed to load resource/);
		const { page } = visitor;
		await visitor.goto(`/people/${someone.id}`);
		await visitor.live();
		const form = page.locator('[data-form=save]');
		const save = form.getByRole('button', { name: 'Save changes' });
		const steps = new Steps('An API that dies while one types');
		await steps.take(form.getByLabel('Name').fill('Typed Meanwhile'));
		await site.api.stop('SIGKILL');
		await steps.take(save.click());
		await form.getByText('The API cannot be reached.').waitFor();
		await site.startApi();
		await visitor.live();
		await steps.take(save.click());
		await page.getByRole('heading', { name: 'Typed Meanwhile' }).waitFor();
		steps.done(3);
	} finally {
		await site.stop();
	}
});
