/** Refused rows that are corrected: before the import they are checked, and imported after the file; after it, imported. */
import { beforeEach, expect, test, vi } from 'vitest';
import { UserImport } from '#lib/stores/user/import.svelte.ts';
import { sourceOf } from '#lib/utils/user/import.ts';
import { FakeImports, changed, refusal, refused, start, summary } from '../fakes/import.ts';

let api: FakeImports;
const ANY = { from: null, encoding: '' };
const source = () => sourceOf(new Blob(['email\n']), 'people.csv');
const sent = (count: number) => vi.waitUntil(() => api.sent.length === count, 20_000);

beforeEach(() => {
	api = new FakeImports();
	vi.stubGlobal('fetch', api.fetch);
});

async function answer(count: number, ...lines: Parameters<FakeImports['last']['push']>) {
	await sent(count);
	api.last.push(start(), ...lines, summary(99));
	api.last.end();
}

async function checked(): Promise<UserImport> {
	const page = new UserImport();
	const done = page.check(source(), ANY);
	await answer(1, changed(2, 'created'), refused(3), refused(4));
	await done;
	return page;
}

test('rows corrected before the import are checked at once, and imported after the file', async () => {
	const page = await checked();
	const [third, fourth] = page.run!.report.refusedRows;
	page.corrections.edit(third!, 'role', 'admin');
	page.corrections.edit(fourth!, 'role', 'queen');
	const correcting = page.correct();
	await answer(2, changed(1, 'created'), refused(2, { reason: 'Still', cells: { role: 'queen' } }));
	await correcting;
	expect([api.last.url.searchParams.get('dry_run'), api.last.type]).toEqual(['true', 'application/x-ndjson']);
	expect(
		api.last.body
			.trim()
			.split('\n')
			.map((line) => JSON.parse(line) as object)
	).toMatchObject([
		{ email: '3@example.com', role: 'admin' },
		{ email: '4@example.com', role: 'queen' }
	]);
	expect(page.run!.report).toMatchObject({ created: 2, refused: 1 });
	expect(page.run!.report.refusedRows.map((row) => [row.line, row.reason])).toEqual([[4, 'Still']]);
	expect([...page.corrections.ready.keys()]).toEqual([3]);

	const writing = page.write();
	await answer(3, changed(2, 'created'), refused(3), refused(4));
	await answer(4, changed(1, 'created'));
	await writing;
	expect(api.sent.slice(2).map(({ url }) => url.searchParams.get('dry_run'))).toEqual([null, null]);
	expect(JSON.parse(api.last.body)).toMatchObject({ email: '3@example.com', role: 'admin' });
	expect(page.run!.report).toMatchObject({ created: 2, refused: 1 });
	expect([page.busy, page.writes, page.corrections.ready.size]).toEqual([false, true, 0]);
});

test('rows corrected after the import are imported', async () => {
	const page = await checked();
	const writing = page.write();
	await answer(2, changed(2, 'created'), refused(3), refused(4));
	await writing;
	page.corrections.edit(page.run!.report.refusedRows[1]!, 'role', 'member');
	const correcting = page.correct();
	await answer(3, changed(1, 'created'));
	await correcting;
	expect(api.last.url.searchParams.get('dry_run')).toBe(null);
	expect(page.run!.report.refusedRows.map((row) => row.line)).toEqual([3]);
	expect(page.run!.report).toMatchObject({ created: 2, refused: 1 });
});

test('corrected rows that could not be sent stay to be sent', async () => {
	const page = await checked();
	const [third] = page.run!.report.refusedRows;
	page.corrections.edit(third!, 'role', 'admin');
	api.refusals.push(refusal(503, 'UNAVAILABLE'));
	await page.correct();
	expect(page.problem?.code).toBe('UNAVAILABLE');
	expect(page.corrections.edited(page.run!.report.refusedRows)).toHaveLength(1);
	expect(page.corrections.value(third!, 'role')).toBe('admin');
});

test('nothing is sent of rows that stand as they were read', async () => {
	const page = await checked();
	const [third] = page.run!.report.refusedRows;
	page.corrections.edit(third!, 'role', 'admin');
	page.corrections.edit(third!, 'role', 'king');
	await page.correct();
	expect(api.sent).toHaveLength(1);
});
