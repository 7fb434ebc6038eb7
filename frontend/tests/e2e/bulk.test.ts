/** Changing many people at once: asked first, a result for each, taken back where it was refused. */
import { describe, expect } from 'vitest';
import { Api, unique } from './harness/api.ts';
import { ADMIN, Stack } from './harness/stack.ts';
import { test, type Visitor } from './harness/visitor.ts';

async function three() {
	const [api, tag] = [await Api.signIn(), unique('bulk')];
	for (const name of ['Ada', 'Bo', 'Cy']) await api.newUser({ name: `${name} ${tag}` });
	return { api, path: `/people?q=${tag}&sort=name` };
}

const status = ({ page }: Visitor) => page.locator('tr[data-id] .status').allInnerTexts();

/** Confirms in the dialog, and waits for its summary. */
async function confirm({ page }: Visitor, name: string, summary: string): Promise<void> {
	const dialog = page.getByRole('dialog');
	await dialog.getByRole('button', { name, exact: true }).click();
	await dialog.getByText(summary).waitFor();
}

test('disabled, enabled, given a role, deleted and restored', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto((await three()).path);
	const doIt = async (action: string, title = action) => {
		await page.getByLabel('Select all on this page').check();
		await page
			.getByRole('group', { name: '3 selected' })
			.getByRole('button', { name: action, exact: true })
			.click();
		await confirm(visitor, title, '3 people done');
		expect(await page.getByRole('dialog').textContent()).toContain('3 people?');
		expect(await page.getByRole('dialog').getByText('Done', { exact: true }).count()).toBe(3);
		await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
	};
	await doIt('Disable');
	expect(await status(visitor)).toEqual(['Disabled', 'Disabled', 'Disabled']);
	await doIt('Enable');
	expect(await status(visitor)).toEqual(['Active', 'Active', 'Active']);
	await page.getByLabel('Select all on this page').check();
	await page.getByLabel('Change role').selectOption('AUDITOR');
	await doIt('Set role', 'Change role · Auditor');
	expect(await page.locator('tr[data-id] .role').allInnerTexts()).toEqual(['Auditor', 'Auditor', 'Auditor']);
	await doIt('Delete');
	expect(await status(visitor)).toEqual(['Deleted', 'Deleted', 'Deleted']);
	await doIt('Restore');
	expect(await status(visitor)).toEqual(['Active', 'Active', 'Active']);
});

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
			await confirm(visitor, 'Change role · Auditor', '1 done, 1 failed');
			const dialog = page.getByRole('dialog');
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
