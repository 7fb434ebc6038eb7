/** The import page: a file that is checked, corrected and imported; it is stopped when the page is left. */
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, expect, test, vi } from 'vitest';
import { enImport } from '#lib/messages/en-import.ts';
import Page from '../../src/routes/(app)/people/import/+page.svelte';
import { navigating } from '../document/kit/navigation.ts';
import { Site, until } from '../document/site.ts';
import { FakeImports, changed, progress, refusal, refused, start, summary } from '../fakes/import.ts';

let site: Site;
let imports: FakeImports;
/** Whether leaving the page asks first. */
const asks = () => navigating(null, 'leave');
const press = async (name: string) => fireEvent.click(await screen.findByRole('button', { name }));

async function check(): Promise<void> {
	await site.show(Page, { data: { words: enImport }, form: null });
	const list = document.querySelector<HTMLTextAreaElement>('[name=list]')!;
	await fireEvent.input(list, { target: { value: 'email,name\nada@example.com,Ada' } });
	await fireEvent.submit(document.querySelector('form[data-form=import]')!);
	await until(() => imports.sent.length === 1);
}

/** Checked: one row is fine, one is not. */
async function checked(): Promise<void> {
	await check();
	imports.last.push(start(), changed(2, 'created'), refused(3), progress(3), summary(3));
	imports.last.end();
	await screen.findByText(enImport.checked);
}

beforeEach(() => {
	[site, imports] = [new Site('/people/import'), new FakeImports()];
	const others = fetch;
	vi.stubGlobal('fetch', (to: string | URL, init: RequestInit) =>
		String(to).startsWith('/api/') ? imports.fetch(to, init) : others(to, init)
	);
});

test('what was pasted is checked, and nothing else is sent', async () => {
	await checked();
	expect(imports.sent).toHaveLength(1);
	expect(imports.last.url.searchParams.get('dry_run')).toBe('true');
	expect([imports.last.type, imports.last.body]).toEqual(['text/csv', 'email,name\nada@example.com,Ada']);
	expect(document.querySelector('[data-figure=refused] dd')!.textContent).toBe('1');
});

test('a refused row is corrected in its place', async () => {
	await checked();
	const role = screen.getByLabelText(enImport.cell(enImport.role, 3));
	expect(role.getAttribute('aria-invalid')).toBe('true');
	expect(document.getElementById(role.getAttribute('aria-describedby')!)!.textContent).toBe(
		enImport.reasons.role
	);
	await fireEvent.change(role, { target: { value: 'admin' } });
	await press(enImport.correct.planned(1));
	await until(() => imports.sent.length === 2);
	expect(JSON.parse(imports.last.body)).toMatchObject({ email: '3@example.com', role: 'admin' });
	imports.last.push(start(), changed(1, 'created'), summary(1));
	imports.last.end();
	await screen.findByText(enImport.ready(1));
	expect(document.querySelector('[data-refused]')).toBe(null);
});

test('an import warns before the page is left, and ends when it is left', async () => {
	await checked();
	await press(enImport.run(1));
	await until(() => imports.sent.length === 2);
	imports.last.push(start(), changed(2, 'created'), progress(2));
	await screen.findByText(enImport.upTo(2));
	expect(asks()).toBe(true);
	cleanup();
	expect(imports.last.aborted).toBe(true);
});

test('a list that was pasted is lost by leaving until it is imported, and so is a correction', async () => {
	await site.show(Page, { data: { words: enImport }, form: null });
	expect(asks()).toBe(false);
	cleanup();
	await checked();
	expect(asks()).toBe(true);
	await press(enImport.run(1));
	await until(() => imports.sent.length === 2);
	imports.last.push(start(), changed(2, 'created'), refused(3), progress(3), summary(3));
	imports.last.end();
	await screen.findByText(enImport.done);
	expect(asks()).toBe(false);
	await fireEvent.change(screen.getByLabelText(enImport.cell(enImport.role, 3)), {
		target: { value: 'admin' }
	});
	expect(asks()).toBe(true);
});

test('is stopped, and continued', async () => {
	await checked();
	await press(enImport.run(1));
	await until(() => imports.sent.length === 2);
	imports.last.push(start(), changed(2, 'created'), progress(2));
	await screen.findByText(enImport.upTo(2));
	await press(enImport.stop);
	await screen.findByText(enImport.stopped(2));
	await press(enImport.goOn);
	await until(() => imports.sent.length === 3);
	expect(imports.last.url.searchParams.get('start')).toBe('2');
});

test('a file that is refused as a whole says why, and stays to be sent again', async () => {
	const message = 'The header lacks the column email; it has: name';
	imports.refusals.push(
		Response.json({ error: { code: 'MALFORMED_REQUEST', message } }, { status: 400 }),
		refusal(413, 'PAYLOAD_TOO_LARGE')
	);
	await check();
	await screen.findByText(enImport.problem.needsEmail('name'));
	await fireEvent.submit(document.querySelector('form[data-form=import]')!);
	await screen.findByText(enImport.problem.tooLarge);
	expect(imports.last.body).toBe('email,name\nada@example.com,Ada');
});

test('without a file or rows there is nothing to check', async () => {
	await site.show(Page, { data: { words: enImport }, form: null });
	await fireEvent.submit(document.querySelector('form[data-form=import]')!);
	await waitFor(() => expect(screen.getByRole('alert').textContent).toBe(enImport.problem.empty));
	expect(imports.sent).toEqual([]);
});
