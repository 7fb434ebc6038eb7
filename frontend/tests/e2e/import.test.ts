/** The import page: another directory's export, with rows that are corrected in place; stopped and continued. */
import { beforeAll, describe, expect } from 'vitest';
import { Api, unique, type Someone } from './harness/api.ts';
import { expectAccessible, expectNoSidewaysScroll } from './harness/checks.ts';
import { ADMIN } from './harness/stack.ts';
import { test, type Visitor } from './harness/visitor.ts';

let api: Api;
beforeAll(async () => (api = await Api.signIn()));

/** Google Workspace's "Download users": somebody known who was suspended, two that are fine, two that are not. */
function googleExport(tag: string, known: Someone): string {
	return [
		'First Name [Required],Last Name [Required],Email Address [Required],Org Unit Path [Required],Status [READ ONLY]',
		`Known,Person,${known.email},/,Suspended`,
		`Ada,Lovelace,ada.${tag}@example.net,/Engineering,Active`,
		`"Hopper, Grace",Brewster,grace.${tag}@example.net,/Navy,Active`,
		`Alan,Turing,alan.${tag} example.net,/Engineering,Active`,
		`,,nameless.${tag}@example.net,/,Active`
	].join('\r\n');
}

const file = (name: string, text: string | Buffer) => ({
	name,
	mimeType: 'text/csv',
	buffer: Buffer.from(text)
});

/** A chosen file is checked at once, where there is script. */
async function check({ page, script }: Visitor, chosen: ReturnType<typeof file>): Promise<void> {
	await page.getByLabel('File', { exact: true }).setInputFiles(chosen);
	if (!script) await page.getByRole('button', { name: 'Check file' }).click();
}

const figure = async ({ page }: Visitor, name: string) =>
	Number((await page.locator(`[data-figure=${name}] dd`).textContent())?.replace(/\D/g, ''));

async function expectFigures(visitor: Visitor, figures: Record<string, number>): Promise<void> {
	const shown = async () =>
		Object.fromEntries(
			await Promise.all(Object.keys(figures).map(async (name) => [name, await figure(visitor, name)]))
		) as unknown;
	await expect.poll(shown).toEqual(figures);
}

describe.each([1280, 390])('%i pixels wide', (width) => {
	test("another directory's export, its two bad rows corrected in place: all are in", async ({ open }) => {
		const tag = unique('g');
		const known = await api.newUser({ name: 'Known Person' });
		const visitor = await open({ as: ADMIN, width });
		const { page } = visitor;
		await visitor.goto('/people/import');
		await check(visitor, file('User_Download.csv', googleExport(tag, known)));
		await page.getByText('Checked. Nothing has been written yet.').waitFor();
		await expectFigures(visitor, { created: 2, updated: 1, unchanged: 0, refused: 2, roles: 0, statuses: 1 });
		expect(await page.locator('[data-read-as]').textContent()).toContain('Google Workspace');
		expect(await page.locator('[data-unused]').textContent()).toBe('Org Unit Path [Required]');
		expect(await page.locator('[data-access]').innerText()).toMatch(/Active → Disabled/);
		await expectAccessible(visitor, 'a checked file');
		await expectNoSidewaysScroll(visitor, 'a checked file');

		// The one before the import, which checks it, the other after.
		const address = page.getByLabel('Email, line 5');
		expect(await address.getAttribute('aria-invalid')).toBe('true');
		await address.fill(`alan.${tag}@example.net`);
		await address.press('Enter');
		await page.locator('[data-corrected]').waitFor();
		await expectFigures(visitor, { created: 3, refused: 1 });
		await page.getByRole('button', { name: 'Import 4 people' }).click();
		await page.getByText('Import finished.').waitFor();
		await expectFigures(visitor, { created: 3, updated: 1, refused: 1 });
		await page.getByLabel('Name, line 6').fill('Not Nameless');
		await page.getByRole('button', { name: 'Import 1 corrected row' }).click();
		await expectFigures(visitor, { created: 4, refused: 0 });
		await expectAccessible(visitor, 'a finished import');
		await visitor.goto(`/people?q=${tag}&sort=email`);
		await expect
			.poll(() => page.locator('tr[data-id] .name').allInnerTexts())
			.toEqual(['Ada Lovelace', 'Alan Turing', 'Hopper, Grace Brewster', 'Not Nameless']);
	});
});

test('a file in another encoding says so, and is read once that is chosen', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	visitor.expected.push(/status of 400/);
	const { page } = visitor;
	const email = `${unique('latin')}@example.net`;
	await visitor.goto('/people/import');
	await check(visitor, file('latin.csv', Buffer.from(`email;name\n${email};Zoë Müller\n`, 'latin1')));
	await page.getByText('This file is not UTF-8 (line 2).').waitFor();
	await page.getByLabel('Encoding', { exact: true }).selectOption('windows-1252');
	await page.getByRole('button', { name: 'Check file' }).click();
	await page.getByRole('button', { name: 'Import 1 person' }).click();
	await page.getByText('Import finished.').waitFor();
	await visitor.goto(`/people?q=${email}`);
	await page.getByText('Zoë Müller').waitFor();
});

/** Holds back what comes after the first transaction of an import, until the request is stopped. */
function holdImport(): void {
	const fetched = window.fetch.bind(window);
	window.fetch = async (to, init) => {
		const response = await fetched(to, init);
		const address = to instanceof Request ? to.url : String(to);
		if (!/users\/import(?!.*(?:dry_run|start)=)/.test(address)) return response;
		const [reader, decoder] = [response.body!.getReader(), new TextDecoder()];
		let held = false;
		const stopped = new Promise<never>((_, reject) =>
			init!.signal!.addEventListener('abort', () => reject(new DOMException('stopped', 'AbortError')))
		);
		stopped.catch(() => {});
		const body = new ReadableStream<Uint8Array>({
			async pull(controller) {
				const { value, done } = await (held ? stopped : reader.read());
				if (done) return controller.close();
				held ||= decoder.decode(value, { stream: true }).includes('"progress"');
				controller.enqueue(value);
			}
		});
		return new Response(body, response);
	};
}

test('an import is stopped, and continues where it stopped', async ({ open }) => {
	const tag = unique('s');
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await page.addInitScript(holdImport);
	await visitor.goto('/people/import');
	const rows = Array.from({ length: 1000 }, (_, n) => `${n}.${tag}@example.net,Stopped ${n}`);
	await check(visitor, file('many.csv', ['email,name', ...rows].join('\n')));
	await page.getByRole('button', { name: 'Import 1,000 people' }).click();
	await page.locator('[data-import=import] [data-line]').waitFor();
	await page.getByRole('button', { name: 'Stop' }).click();
	await page.getByText(/^Stopped after line \d/).waitFor();
	expect(await figure(visitor, 'created')).toBeGreaterThan(0);
	await page.getByRole('button', { name: 'Continue' }).click();
	await page.getByText('Import finished.').waitFor();
	// What was done between the last line that was read and the stop is found done.
	const sum = (await figure(visitor, 'created')) + (await figure(visitor, 'unchanged'));
	expect([sum, await figure(visitor, 'refused')]).toEqual([1000, 0]);
});

test('without script: a chosen file is checked, its two bad rows corrected in place, and all are in', async ({
	open
}) => {
	const tag = unique('n');
	const known = await api.newUser({ name: 'Known Person' });
	const visitor = await open({ as: ADMIN, script: false, width: 390 });
	const { page } = visitor;
	await visitor.goto('/people/import');
	await check(visitor, file('User_Download.csv', googleExport(tag, known)));
	await expectFigures(visitor, { created: 2, updated: 1, refused: 2, statuses: 1 });
	await page.locator('[data-refused="5"]').getByText('This is not a valid email address.').waitFor();
	await expectAccessible(visitor, 'a checked file without script');
	await expectNoSidewaysScroll(visitor, 'a checked file without script');

	// One before the import, which checks it; another is still wrong, and stays as it was typed.
	await page.getByLabel('Name, line 6').fill('Not\u00adNameless');
	await page.getByLabel('Email, line 5').fill(`alan.${tag}@example.net`);
	await page.getByLabel('Email, line 5').press('Enter');
	await page.locator('[data-corrected]').waitFor();
	await expectFigures(visitor, { created: 3, updated: 1, refused: 1 });
	expect(await page.getByLabel('Name, line 6').inputValue()).toBe('Not\u00adNameless');
	expect(await page.getByLabel('Name, line 6').getAttribute('aria-invalid')).toBe('true');
	await page.getByRole('button', { name: 'Import 4 people' }).click();
	await page.getByText('Import finished.').waitFor();
	await expectFigures(visitor, { created: 3, updated: 1, refused: 1, statuses: 1 });

	// The other after it.
	await page.getByLabel('Name, line 6').fill('Not Nameless');
	await page.getByRole('button', { name: 'Import corrected rows' }).click();
	await expectFigures(visitor, { created: 4, updated: 1, refused: 0, statuses: 1 });
	await expectAccessible(visitor, 'a finished import without script');
	await visitor.goto(`/people?q=${tag}&sort=email`);
	const names = ['Ada Lovelace', 'Alan Turing', 'Hopper, Grace Brewster', 'Not Nameless'];
	expect(await page.locator('tr[data-id] .name').allInnerTexts()).toEqual(names);
});

test('without script, a file that cannot be read says why', async ({ open }) => {
	const visitor = await open({ as: ADMIN, script: false });
	visitor.expected.push(/status of 400/);
	await visitor.goto('/people/import');
	await check(visitor, file('wrong.csv', 'name,role\nAda,member\n'));
	await visitor.page.getByText('The first line has no column for the email. It has: name, role').waitFor();
});

test('the audit log is exported as CSV and NDJSON, with the filter of the page', async ({ open }) => {
	const someone = await api.newUser({ name: unique('=Logged ') });
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto(`/activity?about=${someone.id}`);
	for (const [format, ending] of [
		['CSV', 'csv'],
		['NDJSON', 'ndjson']
	] as const) {
		const [saved] = await Promise.all([
			page.waitForEvent('download'),
			page.getByRole('link', { name: `Export as ${format}` }).click()
		]);
		expect(saved.suggestedFilename()).toMatch(new RegExp(`^activity-\\d{4}-\\d\\d-\\d\\d\\.${ending}$`));
		const stream = await saved.createReadStream();
		let text = '';
		for await (const part of stream) text += String(part);
		const lines = text.trim().split('\n');
		expect(lines.at(-1)).toContain('USER_CREATED');
		expect(lines.filter((line) => line.includes(someone.id)).length).toBe(
			lines.length - (format === 'CSV' ? 1 : 0)
		);
	}
});
