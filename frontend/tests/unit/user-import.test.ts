/** What an import sends, what it reads, and what the page keeps of it. */
import { describe, expect, test } from 'vitest';
import { deImport } from '#lib/messages/de-import.ts';
import { en } from '#lib/messages/en.ts';
import { enEntry } from '#lib/messages/en-entry.ts';
import { enImport } from '#lib/messages/en-import.ts';
import type { ImportLine, RefusedRow } from '#lib/types/import.ts';
import { csvLine } from '#lib/utils/csv-line.ts';
import { readLines, writeLines } from '#lib/utils/ndjson.ts';
import { encodingName } from '#lib/utils/user/import-names.ts';
import { fileProblem, isEncodingProblem, rowReason } from '#lib/utils/user/import-reasons.ts';
import {
	emptyReport,
	importAddress,
	refusedCsv,
	sourceOf,
	withCorrected,
	withLines
} from '#lib/utils/user/import.ts';
import { changed, progress, refused, start, summary } from '../fakes/import.ts';

const entry = { ...en, ...enEntry };

function stream(...chunks: (string | Uint8Array)[]): ReadableStream<Uint8Array> {
	return new ReadableStream({
		start(controller) {
			for (const chunk of chunks)
				controller.enqueue(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk);
			controller.close();
		}
	});
}

async function all(body: ReadableStream<Uint8Array>): Promise<unknown[][]> {
	const found = [];
	for await (const lines of readLines(body)) found.push(lines);
	return found;
}

describe('lines of JSON', () => {
	test('are read wherever the chunks are cut, a character in two as well', async () => {
		const bytes = new TextEncoder().encode('{"a":"é"}\n\n{"b":2}\n');
		for (let cut = 1; cut < bytes.length; cut += 1) {
			const found = await all(stream(bytes.slice(0, cut), bytes.slice(cut)));
			expect(found.flat()).toEqual([{ a: 'é' }, { b: 2 }]);
		}
	});

	test('without an end are left out: the rest was lost', async () => {
		expect(await all(stream('{"a":1}\n{"b":'))).toEqual([[{ a: 1 }]]);
		expect(await all(stream('{"a":1}\n{"b":2}'))).toEqual([[{ a: 1 }]]);
	});

	test('cancel the stream when the caller stops iterating', async () => {
		let closed = false;
		const body = new ReadableStream<Uint8Array>({
			pull: (controller) => controller.enqueue(new TextEncoder().encode('{}\n')),
			cancel: () => void (closed = true)
		});
		for await (const lines of readLines(body)) if (lines.length) break;
		expect(closed).toBe(true);
	});

	test('are written so that they are read', async () => {
		expect((await all(stream(writeLines([{ a: '\n' }, { b: 1 }])))).flat()).toEqual([{ a: '\n' }, { b: 1 }]);
	});
});

test('the address says what differs from the default', () => {
	expect(importAddress({ from: null, encoding: '' }, false)).toBe('/api/v1/users/import');
	expect(importAddress({ from: 'okta', encoding: 'windows-1252' }, true, 7)).toBe(
		'/api/v1/users/import?from=okta&encoding=windows-1252&dry_run=true&start=7'
	);
});

test.each([
	['people.csv', '', 'text/csv'],
	['people.NDJSON', '', 'application/x-ndjson'],
	['', ' {"email":"a@b.c"}', 'application/x-ndjson'],
	['', 'email\na@b.c', 'text/csv']
])('the kind of %j with %j', (name, beginning, type) => {
	expect(sourceOf(new Blob([]), name, beginning).type).toBe(type);
});

describe('a report', () => {
	const lines: ImportLine[] = [
		start({ unused: ['Org Unit Path'] }),
		changed(2, 'created', { field: 'role', before: null, after: 'admin' }),
		changed(3, 'updated', { field: 'role', before: 'admin', after: 'member' }),
		changed(4, 'updated', { field: 'display_name', before: 'A', after: 'B' }),
		changed(5, 'updated', { field: 'status', before: 'active', after: 'disabled' }),
		{ type: 'row', line: 6, outcome: 'unchanged' },
		refused(7),
		progress(7)
	];

	test('counts the rows, and changes of role and status apart', () => {
		const report = withLines(emptyReport(), lines);
		expect(report).toMatchObject({ created: 1, updated: 3, unchanged: 1, refused: 1 });
		expect(report).toMatchObject({ roleChanges: 1, statusChanges: 1, line: 7, unused: ['Org Unit Path'] });
		expect(report.accessRows.map((row) => row.line)).toEqual([3, 5]);
		expect(report.refusedRows.map((row) => row.line)).toEqual([7]);
		expect(report.complete).toBe(false);
		expect(withLines(report, [summary(7)]).complete).toBe(true);
	});

	test('knows where to continue, though no progress was read', () => {
		expect(withLines(emptyReport(), lines.slice(0, 4)).line).toBe(4);
	});

	test('takes corrected rows in, and keeps those that are still refused with the new reason', () => {
		const rows = [refused(7), refused(9), refused(11)];
		const before = withLines(emptyReport(), [start(), ...rows, refused(12)]);
		const sent = withLines(emptyReport(), [
			changed(1, 'created'),
			refused(2, { field: 'email', reason: 'Other', cells: { email: 'x' } }),
			changed(3, 'updated', { field: 'role', before: 'member', after: 'admin' })
		]);
		const after = withCorrected(before, rows, sent);
		expect(after).toMatchObject({ created: 1, updated: 1, refused: 2, roleChanges: 1 });
		expect(after.refusedRows.map(({ line, reason }) => [line, reason])).toEqual([
			[9, 'Other'],
			[12, refused(12).reason]
		]);
		expect(after.accessRows.map((row) => row.line)).toEqual([11]);
	});
});

describe('the refused rows as a file', () => {
	test('have their cells, the reason, and what could not be read', () => {
		const rows = [
			refused(7, { cells: { email: 'a@b', display_name: 'A, B' } }),
			refused(8, { cells: null, text: '"x' })
		];
		expect(refusedCsv(rows, (row) => `why ${row.line}`).split('\r\n')).toEqual([
			'\uFEFFemail,display_name,role,status,email_verified,line,field,reason,text',
			'a@b,"A, B",,,,7,role,why 7,',
			',,,,,8,role,why 8,"""x"',
			''
		]);
	});

	test.each(['=1+1', '+49', '-2', '@SUM(A1)', '\tx', '\rx', "'=1", '＝1'])('run no formula: %j', (cell) => {
		expect(csvLine(['name', cell]).replaceAll('"', '')).toBe(`name,'${cell}\r\n`);
		expect(refusedCsv([refused(7, { cells: { display_name: cell } })], () => '')).toContain(`'${cell}`);
	});

	test('quote what needs it (RFC 4180)', () => {
		expect(csvLine(['a', 'b,c', 'say "hi"', 'two\nlines', ''])).toBe(
			'a,"b,c","say ""hi""","two\nlines",\r\n'
		);
	});
});

describe('in words', () => {
	const reason = (row: Partial<RefusedRow>) => rowReason(entry, enImport, refused(7, row));
	test.each<[string, string, string]>([
		['VALIDATION_ERROR', 'Unknown role; use one of member, auditor, admin', enImport.reasons.role],
		['VALIDATION_ERROR', 'Deleted users are not imported', enImport.reasons.status],
		[
			'VALIDATION_ERROR',
			'Nobody has this e-mail address, and a new user needs a name',
			enImport.reasons.noName
		],
		['VALIDATION_ERROR', 'Invalid email format', enEntry.invalid.email],
		['DUPLICATE', 'This e-mail address is also on line 4', enImport.reasons.duplicate('4')],
		['DUPLICATE', 'This e-mail address is also on an earlier line', enImport.reasons.duplicateEarlier],
		['FIELDS', '3 fields instead of 4', enImport.reasons.fields('3', '4')],
		['UNCLOSED_QUOTE', 'A quote on this line is not closed', enImport.reasons.unclosed],
		['LAST_ADMIN', '', enEntry.problem.LAST_ADMIN],
		['NEW_CODE', 'What nobody expected', 'What nobody expected']
	])('a row that is refused by %s: %s', (code, text, words) => {
		expect(reason({ code, reason: text })).toBe(words);
	});

	const file = (code: string, message = '') => fileProblem(entry, deImport, { code, message });
	test.each<[string, string, string]>([
		[
			'MALFORMED_REQUEST',
			'The file is not UTF-8: byte 0xE9 on line 3; save it as “CSV UTF-8”',
			deImport.problem.notUtf8('3')
		],
		[
			'MALFORMED_REQUEST',
			'The header lacks the column email; it has: name, role',
			deImport.problem.needsEmail('name, role')
		],
		['MALFORMED_REQUEST', 'The header has the column Email twice', deImport.problem.twice('Email')],
		['PAYLOAD_TOO_LARGE', '', deImport.problem.tooLarge],
		['SESSION_REVOKED', '', deImport.signedOut],
		['BROKEN', '', deImport.brokenText]
	])('a file that is refused by %s: %s', (code, text, words) => {
		expect(file(code, text)).toBe(words);
	});

	test('encodings as people write them, and whether another would help', () => {
		expect(['utf-8', 'cp1252', 'shift_jis'].map(encodingName)).toEqual([
			'UTF-8',
			'Windows-1252',
			'SHIFT-JIS'
		]);
		expect(isEncodingProblem({ code: '', message: 'The file is not UTF-8: byte' })).toBe(true);
		expect(isEncodingProblem({ code: '', message: 'The header lacks' })).toBe(false);
	});
});
