/** Changing many people at once: asked first, a result for each, taken back where it was refused. */
import { describe, expect } from 'vitest';
import { Api, unique } from './harness/api.ts';
import { ADMIN, Stack } from './harness/stack.ts';
import { Users } from '#lib/graphql/documents.ts';
import { test, type Visitor } from './harness/visitor.ts';

async function three() {
	const [api, tag] = [await Api.signIn(), unique('bulk')];
	for (const name of ['Ada', 'Bo', 'Cy']) await api.newUser({ name: `${name} ${tag}` });
	return { api, path: `/people?q=${tag}&sort=name` };
}

const status = ({ page }: Visitor) => page.locator('tr[data-id] .status').allInnerTexts();

/** Confirms in the dialog; what all took closes it. */
async function confirm({ page }: Visitor, name: string): Promise<void> {
	await page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
}

test('disabled, enabled, given a role, deleted and restored', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto((await three()).path);
	const doIt = async (action: string, name = action, question = `${name} 3 people?`) => {
		await page.getByLabel('Select all on this page').check();
		await page
			.getByRole('group', { name: '3 selected' })
			.getByRole('button', { name: action, exact: true })
			.click();
		await page.getByRole('dialog', { name: question }).waitFor();
		await confirm(visitor, name);
		await page.getByText('3 people changed').last().waitFor();
		await page.getByRole('dialog').waitFor({ state: 'detached' });
		await page.getByRole('button', { name: 'Dismiss' }).last().click();
	};
	await doIt('Disable');
	expect(await status(visitor)).toEqual(['Disabled', 'Disabled', 'Disabled']);
	await doIt('Enable');
	expect(await status(visitor)).toEqual(['Active', 'Active', 'Active']);
	await page.getByLabel('Select all on this page').check();
	await page.getByLabel('Change role').selectOption('AUDITOR');
	await doIt('Set role', 'Change role · Auditor', 'Change 3 people to Auditor?');
	expect(await page.locator('tr[data-id] .role').allInnerTexts()).toEqual(['Auditor', 'Auditor', 'Auditor']);
	await doIt('Delete');
	expect(await status(visitor)).toEqual(['Deleted', 'Deleted', 'Deleted']);
	await doIt('Restore');
	expect(await status(visitor)).toEqual(['Active', 'Active', 'Active']);
});

/** One who is active, two who are disabled, one who is deleted. */
async function four() {
	const [api, tag] = [await Api.signIn(), unique('mixed')];
	const [, bo, cy, di] = await Promise.all(
		['Ada', 'Bo', 'Cy', 'Di'].map((name) => api.newUser({ name: `${name} ${tag}` }))
	);
	await Promise.all([api.disable(bo!.id), api.disable(cy!.id), api.delete(di!.id)]);
	return { api, tag, path: `/people?q=${tag}&sort=name` };
}

test('says beforehand who will change, who is so already and who cannot, and changes only the first', async ({
	open
}) => {
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	const { api, tag, path } = await four();
	await visitor.goto(path);
	await page.getByLabel('Select all on this page').check();
	await page.getByRole('group', { name: '4 selected' }).getByRole('button', { name: 'Disable' }).click();
	const dialog = page.getByRole('dialog', { name: 'Disable 1 person?' });
	await dialog.getByText('4 selected: 1 active, 2 disabled, 1 deleted.').waitFor();
	await dialog.getByText('2 are already “Disabled”').waitFor();
	await dialog.getByText('1 is deleted: restore them first.').waitFor();
	await confirm(visitor, 'Disable');
	await page.getByText('1 person changed').last().waitFor();
	const { users } = await api.run(Users, { search: tag, count: false, first: 10 });
	const versions = users.edges.map(({ node }) => `${node.displayName[0]}${node.version}`);
	expect(versions.sort(), 'only Ada was written').toEqual(['A2', 'B2', 'C2', 'D2']);
});

test.for([true, false])(
	'oneself is left out until that is confirmed (script: %s)',
	async (script, { open }) => {
		const [api, tag] = [await Api.signIn(), unique('self')];
		const me = await api.newUser({ name: `Me ${tag}`, role: 'ADMIN' });
		await api.newUser({ name: `Other ${tag}` });
		const visitor = await open({ as: me, script });
		const { page } = visitor;
		await visitor.goto(`/people?q=${tag}&sort=name`);
		for (const name of ['Me', 'Other']) await page.getByLabel(`Select ${name} ${tag}`).check();
		await page.getByRole('button', { name: 'Disable' }).first().click();
		await page.getByText('You are one of them and are left out.').waitFor();
		await page.getByRole('button', { name: 'Disable', exact: true }).last().click();
		await page.getByText('1 person changed').last().waitFor();
		const { users } = await api.run(Users, { search: tag, count: false, first: 10 });
		const status = Object.fromEntries(users.edges.map(({ node }) => [node.displayName[0], node.status]));
		expect(status).toEqual({ M: 'ACTIVE', O: 'DISABLED' });
	}
);

test('cancelled, nothing happens; Shift selects a range', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto((await three()).path);
	const boxes = page.locator('tr[data-id] input');
	await boxes.nth(0).click();
	await boxes.nth(2).click({ modifiers: ['Shift'] });
	await page.getByRole('group', { name: '3 selected' }).getByRole('button', { name: 'Delete' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
	expect(await status(visitor)).toEqual(['Active', 'Active', 'Active']);
	await page.getByRole('button', { name: 'Clear selection' }).click();
	expect(await boxes.evaluateAll((all) => all.some((box) => (box as HTMLInputElement).checked))).toBe(false);
});

describe('the last admin', () => {
	test('cannot be demoted: the row goes back, the reason stands beside it', async ({ open }) => {
		const stack = await Stack.start();
		try {
			const api = await Api.signIn(ADMIN, stack.place);
			await api.newUser({ name: 'Ordinary Member' });
			const visitor = await open({ as: ADMIN, place: stack.place });
			const { page } = visitor;
			await visitor.goto('/people?sort=name');
			await page.getByLabel('Select all on this page').check();
			await page.getByLabel('Change role').selectOption('AUDITOR');
			await page.getByRole('button', { name: 'Set role' }).click();
			const dialog = page.getByRole('dialog');
			await dialog.getByText('You are one of them and are left out.').waitFor();
			await dialog.getByLabel('Change me too').check();
			await confirm(visitor, 'Change role · Auditor');
			await dialog.getByText('1 person changed, 1 failed').waitFor();
			expect(await dialog.textContent()).toContain('This is the last admin');
			await dialog.getByRole('button', { name: 'Close' }).last().click();
			expect((await page.locator('tr[data-id] .role').allInnerTexts()).sort()).toEqual(['Admin', 'Auditor']);
			expect(await page.locator('tr[data-id] input:checked').count(), 'who was refused stays selected').toBe(
				1
			);
			await visitor.page.goto('about:blank');
		} finally {
			await stack.stop();
		}
	});
});
