/** Finding people: search as one types, filters, every sort, paging; the address holds the whole state. */
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, inject } from 'vitest';
import { Api, unique, type Someone } from './harness/api.ts';
import { ADMIN } from './harness/stack.ts';
import { test, type Visitor } from './harness/visitor.ts';

const tag = unique('findable');
const family = unique('Family');
let people: Someone[];
let api: Api;

beforeAll(async () => {
	api = await Api.signIn();
	people = [
		await api.newUser({ name: `Carla ${family}`, email: `1.${tag}@example.net` }),
		await api.newUser({ name: `Anton ${family}`, email: `3.${tag}@example.net`, role: 'AUDITOR' }),
		await api.newUser({ name: `Berta ${family}`, email: `2.${tag}@example.net` })
	];
	await api.disable(people[2]!.id);
	await api.update({ id: people[0]!.id, displayName: `Carla ${family}-Changed` });
});

const rows = ({ page }: Visitor) => page.locator('tr[data-id]');
const first = async (visitor: Visitor) =>
	(await rows(visitor).locator('.name').allTextContents()).map((name) => name.split(' ')[0]);

/** The rows' first names, once they are as expected. */
async function expectRows(visitor: Visitor, names: string[]): Promise<void> {
	await expect.poll(() => first(visitor)).toEqual(names);
}

test('search as one types, then Escape', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	await visitor.goto('/people?sort=name');
	const { page } = visitor;
	const all = await page.locator('[data-total]').textContent();
	await page.keyboard.press('/');
	await page.keyboard.type(tag, { delay: 5 });
	await expectRows(visitor, ['Anton', 'Berta', 'Carla']);
	expect(visitor.path).toBe(`/people?q=${tag}&sort=name`);
	expect(await page.locator('[data-total]').textContent()).toBe('3 people');
	expect(await page.getByLabel('Search people').evaluate((field) => field === document.activeElement)).toBe(
		true
	);
	await page.keyboard.press('Escape');
	await expect.poll(() => visitor.path).toBe('/people?sort=name');
	await expect.poll(() => page.locator('[data-total]').textContent()).toBe(all);
});

test('a word typed slowly leaves one step in the history', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	await visitor.goto('/people');
	const field = visitor.page.getByLabel('Search people');
	for (const length of [4, 8, tag.length]) {
		await field.fill(tag.slice(0, length));
		await expect.poll(() => visitor.path).toBe(`/people?q=${tag.slice(0, length)}`);
	}
	await visitor.page.goBack();
	await expect.poll(() => visitor.path).toBe('/people');
	await expect.poll(() => field.inputValue()).toBe('');
});

describe('sorted', () => {
	test.for([
		['name', ['Anton', 'Berta', 'Carla']],
		['email', ['Carla', 'Berta', 'Anton']],
		['created', ['Berta', 'Anton', 'Carla']],
		['updated', ['Carla', 'Berta', 'Anton']]
	] as const)('by %s, both ways', async ([sort, names], { open }) => {
		const visitor = await open({ as: ADMIN });
		await visitor.goto(`/people?q=${tag}&sort=${sort}`);
		await expectRows(visitor, [...names]);
		const ascending = sort === 'name' || sort === 'email';
		await visitor.goto(`/people?q=${tag}&sort=${sort}&dir=${ascending ? 'desc' : 'asc'}`);
		await expectRows(visitor, [...names].reverse());
	});

	test('by last seen: who was never seen comes last', async ({ open }) => {
		await (await open({ as: people[1] })).goto('/people');
		const visitor = await open({ as: ADMIN });
		await visitor.goto(`/people?q=${tag}&sort=seen`);
		await expect.poll(async () => (await first(visitor))[0]).toBe('Anton');
	});

	test('by the heads of the columns', async ({ open }) => {
		const visitor = await open({ as: ADMIN });
		await visitor.goto(`/people?q=${tag}`);
		const head = visitor.page.getByRole('columnheader', { name: 'Name' });
		await head.getByRole('link').click();
		await expectRows(visitor, ['Anton', 'Berta', 'Carla']);
		await expect.poll(() => head.getAttribute('aria-sort')).toBe('ascending');
		await head.getByRole('link').click();
		await expectRows(visitor, ['Carla', 'Berta', 'Anton']);
		await expect.poll(() => head.getAttribute('aria-sort')).toBe('descending');
	});
});

test('pages forth and back lose nobody and show nobody twice', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto('/people?sort=name');
	const ids = () => rows(visitor).evaluateAll((all) => all.map((row) => row.getAttribute('data-id')));
	const seen: (string | null)[][] = [await ids()];
	for (let number = 1; number < 3; number += 1) {
		await page.getByRole('link', { name: 'Next', exact: true }).click();
		await expect.poll(ids).not.toEqual(seen.at(-1));
		seen.push(await ids());
	}
	expect(new Set(seen.flat()).size).toBe(150);
	const range = () => page.locator('[data-range]').textContent();
	expect(await range()).toMatch(/^101–150 of /);
	await page.getByRole('link', { name: 'Previous' }).click();
	await expect.poll(ids).toEqual(seen[1]);
	await expect.poll(range).toMatch(/^51–100 of /);
	await page.reload();
	await visitor.ready();
	expect(await ids(), 'the address is enough').toEqual(seen[1]);
	await page.getByRole('link', { name: 'First page' }).click();
	await expect.poll(ids).toEqual(seen[0]);
});

test('a member sees active people, without addresses', async ({ open }) => {
	const visitor = await open({ as: people[0] });
	await visitor.goto(`/people?q=${family}&sort=name`);
	await expectRows(visitor, ['Anton', 'Carla']);
	expect(await visitor.page.locator('tr[data-id] .email').allTextContents()).toEqual([people[0]!.email]);
	await visitor.page.getByRole('button', { name: 'Filter' }).click();
	const filters = visitor.page.getByRole('dialog', { name: 'Filters' });
	await filters.getByRole('group', { name: 'Role' }).waitFor();
	expect(await filters.getByRole('group', { name: 'Status' }).count()).toBe(0);
	expect(await visitor.page.getByRole('link', { name: 'Add person' }).count()).toBe(0);
});

test('what is shown can be taken away as a file, and so can what is selected', async ({ open }) => {
	await api.newUser({ name: `=1+1 ${family}`, email: `4.${tag}@example.net` });
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto(`/people?q=${tag}&sort=email`);
	const [file] = await Promise.all([
		page.waitForEvent('download'),
		page.getByRole('link', { name: 'Export' }).click()
	]);
	const lines = (await readFile(await file.path(), 'utf8')).trim().split('\r\n');
	expect(file.suggestedFilename()).toMatch(/^people-\d{4}-\d\d-\d\d\.csv$/);
	expect(lines[0]).toBe('email,display_name,role,status,email_verified,id,created_at,last_seen_at');
	expect(lines.slice(1).map((line) => line.split(',').slice(0, 4))).toEqual([
		[`1.${tag}@example.net`, `Carla ${family}-Changed`, 'member', 'active'],
		[`2.${tag}@example.net`, `Berta ${family}`, 'member', 'disabled'],
		[`3.${tag}@example.net`, `Anton ${family}`, 'auditor', 'active'],
		[`4.${tag}@example.net`, `'=1+1 ${family}`, 'member', 'active']
	]);
	await page.getByLabel(`Select Anton ${family}`).check();
	const [chosen] = await Promise.all([
		page.waitForEvent('download'),
		page.getByRole('button', { name: 'Export' }).click()
	]);
	expect((await readFile(await chosen.path(), 'utf8')).trim().split('\r\n')).toHaveLength(2);
});

test.runIf(inject('people') >= 100_000)(
	'every page answers at a hundred thousand people',
	async ({ open }) => {
		const visitor = await open({ as: ADMIN });
		await visitor.goto('/people');
		expect(
			Number((await visitor.page.locator('[data-total]').textContent())!.replace(/\D/g, ''))
		).toBeGreaterThan(100_000);
		const took: Record<string, number> = {};
		for (const [name, path] of [
			['the directory', '/people'],
			['a search', '/people?q=nakamrua'],
			['a rare search', `/people?q=${tag}`],
			['by last seen', '/people?sort=seen'],
			['disabled', '/people?status=DISABLED&sort=name']
		] as const) {
			const began = performance.now();
			const answer = await visitor.context.request.get(path);
			took[name] = Math.round(performance.now() - began);
			expect(answer.status()).toBe(200);
		}
		console.log('At 100,000 people, milliseconds a page:', took);
	}
);
