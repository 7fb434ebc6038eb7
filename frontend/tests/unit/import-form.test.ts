/** The import's form without script: the file, and beside it the cells of refused rows as they were corrected. */
import { beforeEach, expect, test } from 'vitest';
import type { ImportAnswer, ImportLine } from '#lib/types/import.ts';
import { writeLines } from '#lib/utils/ndjson.ts';
import { importing } from '#lib/utils/user/import.ts';
import { actions as imports } from '../../src/routes/(app)/people/import/+page.server.ts';
import { changed, refusal, refused, start, summary } from '../fakes/import.ts';

const CSV = 'email,name\nada@example.com,Ada\nbo@example.com,Bo';
/** Each answers a request that the page sends; then nothing answers. */
let answers: (() => Response)[];
let sent: string[];
let bodies: string[];
let renewed: number;
const lines =
	(...all: ImportLine[]) =>
	() =>
		new Response(writeLines(all));

async function send(action: 'check' | 'run' | 'correct', text = CSV, fields: Record<string, string> = {}) {
	const form = new FormData();
	for (const [name, value] of Object.entries({ list: text, ...fields })) form.set(name, value);
	const upload = async (path: string, body: Blob) => {
		sent.push(path);
		bodies.push(await body.text());
		return answers.shift()?.() ?? Promise.reject(new Error('unavailable'));
	};
	const api = { upload, renew: async () => (renewed += 1) > 0 };
	const locals = { api };
	return imports[action]!({ request: { formData: async () => form }, locals } as never);
}

beforeEach(() => {
	[answers, sent, bodies, renewed] = [[], [], [], 0];
});

test('an import that nobody answers fails as a page', async () => {
	await expect(send('run')).rejects.toThrow('unavailable');
});

test('shows what became of each, and keeps the text to send it again', async () => {
	answers = [lines(start(), changed(2, 'created'), refused(3), summary(3))];
	expect(await send('check')).toMatchObject({
		dryRun: true,
		problem: null,
		kept: CSV,
		report: { created: 1, refused: 1, complete: true }
	});
	expect(sent).toEqual([`${importing.path}?dry_run=true`]);
});

test('renews an expired session in the middle, and goes on', async () => {
	const error = { code: 'TOKEN_EXPIRED', message: '' };
	answers = [
		lines(start(), changed(2, 'created'), summary(2, { error })),
		lines(start(), changed(3, 'created'), summary(3))
	];
	expect(await send('run')).toMatchObject({ problem: null, report: { created: 2 } });
	expect([sent, renewed]).toEqual([[importing.path, `${importing.path}?start=2`], 1]);
});

test('an import that breaks off shows what was done', async () => {
	answers = [lines(start(), changed(2, 'created'))];
	expect(await send('run')).toMatchObject({ problem: { code: 'BROKEN' }, report: { created: 1, line: 2 } });
});

test('an import of a file that is refused as a whole is a refused form', async () => {
	answers = [() => refusal(400, 'MALFORMED_REQUEST')];
	expect(await send('check')).toMatchObject({
		status: 400,
		data: { problem: { code: 'MALFORMED_REQUEST' } }
	});
});

test('a file that is too long for a form is not kept', async () => {
	answers = [lines(start(), summary(1))];
	expect(await send('check', `email\n${'x'.repeat(1_000_000)}`)).toMatchObject({ kept: null });
});

/** The fields of a refused row of the fake, with some changed. */
const cells = (line: number, more: Record<string, string> = {}) =>
	Object.fromEntries(
		Object.entries({
			email: `${line}@example.com`,
			display_name: `Number ${line}`,
			role: 'king',
			status: '',
			...more
		}).map(([name, value]) => [`${line}.${name}`, value])
	);
const checkOf = (...rows: ImportLine[]) => lines(start(), changed(2, 'created'), ...rows, summary(9));
const corrected = async (...given: Parameters<typeof send>) =>
	(await send(...given)) as unknown as ImportAnswer;

test('corrected rows are checked with the file; those that stand as they were read are not sent', async () => {
	answers = [
		checkOf(refused(3), refused(4), refused(5)),
		lines(start(), changed(1, 'created'), refused(2, { reason: 'Still' }), summary(2))
	];
	const typed = { ...cells(3, { role: 'admin' }), ...cells(4), ...cells(5, { role: 'queen' }) };
	const answer = await corrected('check', CSV, typed);
	expect(sent).toEqual(Array(2).fill(`${importing.path}?dry_run=true`));
	expect(bodies[0]).toBe(CSV);
	expect(bodies[1]!.trim().split('\n')).toHaveLength(2);
	expect(answer).toMatchObject({ dryRun: true, report: { created: 2, refused: 2 }, done: [] });
	expect(answer.report.refusedRows.map((row) => [row.line, row.reason])).toEqual([
		[4, refused(4).reason],
		[5, 'Still']
	]);
	expect(answer.ready).toMatchObject({ 3: { email: '3@example.com', role: 'admin' } });
	expect(Object.keys(answer.ready)).toEqual(['3']);
	expect(answer.typed).toMatchObject({ 5: { role: 'queen' } });
	expect(Object.keys(answer.typed)).toEqual(['5']);
});

test('a line break in a cell, which a browser takes out, is no correction', async () => {
	answers = [checkOf(refused(3, { cells: { email: '3@example.com', display_name: 'A\r\nB' } }))];
	await corrected('check', CSV, cells(3, { display_name: 'AB', role: '' }));
	expect(sent).toHaveLength(1);
});

test('corrected rows are imported after the file', async () => {
	answers = [checkOf(refused(3), refused(4)), lines(start(), changed(1, 'created'), summary(1))];
	const answer = await corrected('run', CSV, cells(3, { role: 'admin' }));
	expect(sent).toEqual([importing.path, importing.path]);
	expect(answer).toMatchObject({ dryRun: false, report: { created: 2, refused: 1 }, ready: {}, done: [3] });
});

test('after an import the file is only checked again, and corrected rows are added to what was imported', async () => {
	answers = [
		lines(start(), changed(2, 'updated'), refused(3), refused(4), refused(5), summary(9)),
		lines(start(), changed(1, 'created'), summary(1))
	];
	const fields = { done: '3', counts: '4 0 2 1 0', ...cells(4), ...cells(5, { role: 'member' }) };
	const answer = await corrected('correct', CSV, fields);
	expect(sent).toEqual([`${importing.path}?dry_run=true`, importing.path]);
	expect(JSON.parse(bodies[1]!)).toMatchObject({ email: '5@example.com', role: 'member' });
	expect(answer.report).toMatchObject({ created: 5, updated: 0, unchanged: 2, roleChanges: 1, refused: 1 });
	expect(answer.report.refusedRows.map((row) => row.line)).toEqual([4]);
	expect(answer).toMatchObject({ dryRun: false, done: [3, 5] });
});

test('corrected rows that could not be sent stay as they were typed', async () => {
	answers = [checkOf(refused(3)), () => refusal(503, 'UNAVAILABLE')];
	const answer = await corrected('run', CSV, cells(3, { role: 'admin' }));
	expect(answer).toMatchObject({
		problem: { code: 'UNAVAILABLE' },
		report: { created: 1, refused: 1 },
		done: []
	});
	expect(answer.typed).toMatchObject({ 3: { role: 'admin' } });
});

test('no corrected row is sent if the file could not be read to its end', async () => {
	answers = [lines(start(), changed(2, 'created'), refused(3))];
	const answer = await corrected('run', CSV, cells(3, { role: 'admin' }));
	expect([sent.length, answer.problem?.code]).toEqual([1, 'BROKEN']);
});

test('a file that begins with an empty line keeps it', async () => {
	answers = [lines(start(), summary(1))];
	expect(await send('check', `\r\n${CSV}`)).toMatchObject({ kept: ` \r\n${CSV}` });
});

test('a file with refused rows is kept if its cells have room in the form too', async () => {
	const long = `email\n${'x'.repeat(800_000)}`;
	answers = [lines(start(), summary(1)), lines(start(), refused(2), summary(2))];
	expect(await send('check', long)).toMatchObject({ kept: long });
	expect(await send('check', long)).toMatchObject({ kept: null });
});
