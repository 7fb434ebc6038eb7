/** The filters of the log: types, days, who did it and to what; in the address, in the file, and without script. */
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect } from 'vitest';
import { Api, unique, type Someone } from './harness/api.ts';
import { expectAccessible, expectNoSidewaysScroll } from './harness/checks.ts';
import { ADMIN } from './harness/stack.ts';
import { test, type Visitor } from './harness/visitor.ts';

let writer: Someone;
let changed: Someone;

beforeAll(async () => {
	const admin = await Api.signIn();
	writer = await admin.newUser({ name: unique('Writer '), role: 'ADMIN' });
	changed = await admin.newUser({ name: unique('Changed ') });
	await admin.disable(changed.id);
	const api = await Api.signIn(writer);
	await api.update({ id: changed.id, role: 'AUDITOR' });
	await api.update({ id: changed.id, displayName: unique('Renamed ') });
});

const panel = ({ page }: Visitor) => page.getByRole('dialog', { name: 'Filters' });
const choose = (visitor: Visitor, name: string) => panel(visitor).getByText(name, { exact: true }).click();
const openPanel = ({ page }: Visitor) => page.getByRole('button', { name: 'Filter', exact: true }).click();

/** The types of the events that are shown, once they are as expected. */
async function expectTypes({ page }: Visitor, types: string[]): Promise<void> {
	const shown = () =>
		page
			.locator('[data-events] [data-type]')
			.evaluateAll((all) => all.map((one) => one.getAttribute('data-type')));
	await expect.poll(shown).toEqual(types);
}

test('who changed a role, and when: by type, person and days', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto(`/activity?about=${changed.id}`);
	await expectTypes(visitor, ['USER_UPDATED', 'USER_ROLE_CHANGED', 'USER_DISABLED', 'USER_CREATED']);
	await openPanel(visitor);
	await choose(visitor, 'Role changed');
	await expectTypes(visitor, ['USER_ROLE_CHANGED']);
	await choose(visitor, 'Disabled');
	await expectTypes(visitor, ['USER_ROLE_CHANGED', 'USER_DISABLED']);
	await choose(visitor, 'Today');
	await expect
		.poll(() => visitor.path)
		.toBe(`/activity?about=${changed.id}&when=today&type=USER_ROLE_CHANGED,USER_DISABLED`);
	await panel(visitor).getByLabel('To', { exact: true }).fill('2020-01-01');
	await expectTypes(visitor, []);
	await page.getByRole('link', { name: 'Remove the filter: When' }).click();
	await expectTypes(visitor, ['USER_ROLE_CHANGED', 'USER_DISABLED']);
	await page.getByRole('link', { name: 'Everything' }).click();
	await expect.poll(() => visitor.path).toBe(`/activity?about=${changed.id}`);
});

test('what somebody did, found by name, followed live and taken away as a file', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto('/activity');
	await openPanel(visitor);
	await panel(visitor).getByRole('combobox', { name: 'Done by' }).fill(writer.name);
	await panel(visitor).getByRole('option', { name: writer.name }).click();
	await expect.poll(() => visitor.path).toBe(`/activity?by=${writer.id}`);
	await expect.poll(() => page.locator('[data-chip=by]').textContent()).toContain(writer.name);
	await page.keyboard.press('Escape');
	await visitor.goto(`/activity?by=${writer.id}&type=USER_UPDATED,USER_ROLE_CHANGED,USER_ENABLED`);
	await visitor.live();
	await expectTypes(visitor, ['USER_UPDATED', 'USER_ROLE_CHANGED']);
	const [file] = await Promise.all([
		page.waitForEvent('download'),
		page.getByRole('link', { name: 'Export as NDJSON' }).click()
	]);
	const lines = (await readFile(await file.path(), 'utf8')).trim().split('\n');
	expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual([
		'USER_UPDATED',
		'USER_ROLE_CHANGED'
	]);
	// Another's change is none of these, and the one after it is.
	await (await Api.signIn()).update({ id: changed.id, displayName: unique('By another ') });
	await (await Api.signIn(writer)).update({ id: changed.id, displayName: unique('Once more ') });
	await expectTypes(visitor, ['USER_UPDATED', 'USER_UPDATED', 'USER_ROLE_CHANGED']);
});

test('what happened to an object, by its id', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	await visitor.goto('/activity');
	await openPanel(visitor);
	const field = panel(visitor).getByLabel('Object', { exact: true });
	await field.fill(writer.id);
	await field.press('Enter');
	await expect.poll(() => visitor.path).toBe(`/activity?subject=${writer.id}`);
	await expectTypes(visitor, ['USER_CREATED']);
});

test('without script: types, days, and who did it by name', async ({ open }) => {
	const visitor = await open({ as: ADMIN, script: false });
	const { page } = visitor;
	await visitor.goto(`/activity?about=${changed.id}`);
	await openPanel(visitor);
	for (const type of ['Role changed', 'Person added']) await choose(visitor, type);
	await choose(visitor, 'Last 7 days');
	await panel(visitor).getByRole('combobox', { name: 'Done by' }).fill(writer.email);
	await panel(visitor).getByRole('button', { name: 'Apply' }).click();
	await page.waitForURL((url) => url.searchParams.get('by') === writer.id);
	await expectTypes(visitor, ['USER_ROLE_CHANGED']);
	expect(new URL(page.url()).searchParams.get('about')).toBe(changed.id);
	await page.getByRole('link', { name: 'Remove the filter: Done by' }).click();
	await expectTypes(visitor, ['USER_ROLE_CHANGED', 'USER_CREATED']);
});

describe.each([{ width: 1440 }, { width: 390 }])('the open panel at $width px', ({ width }) => {
	test.for(['light', 'dark'] as const)('%s', async (theme, { open }) => {
		const visitor = await open({ as: ADMIN, theme, width });
		await visitor.goto(
			`/activity?about=${changed.id}&by=${writer.id}&subject=${changed.id}&when=2020-01-01..2026-12-31&type=USER_ROLE_CHANGED,SIGN_IN_FAILED`
		);
		await openPanel(visitor);
		await panel(visitor).getByLabel('Object', { exact: true }).waitFor();
		await expectAccessible(visitor, `the panel at ${width} px, ${theme}`);
		await expectNoSidewaysScroll(visitor, `the panel at ${width} px, ${theme}`);
	});
});
