/** The request of an import, and the report that is collected from the lines of the API's response. */
import type {
	CellName,
	Cells,
	ChangedRow,
	ImportLine,
	ImportOptions,
	ImportReport,
	ImportSource,
	RefusedRow
} from '#lib/types/import.ts';
import { CELLS, SUMS, VENDORS } from '#lib/types/import.ts';
import { Address, oneOf, oneOfOr, text, type Param } from '#lib/utils/address.ts';
import { csvLine } from '#lib/utils/csv-line.ts';
import { NDJSON, writeLines } from '#lib/utils/ndjson.ts';

/** The encodings offered. Those with a byte order mark are detected. */
export const ENCODINGS = [
	'windows-1252',
	'windows-1250',
	'windows-1251',
	'windows-1253',
	'windows-1254',
	'mac-roman',
	'shift_jis',
	'gb18030',
	'utf-16-le'
] as const;

const line: Param<number> = {
	name: 'start',
	parse: (given) => Number(given) || 0,
	print: (at) => (at ? String(at) : '')
};
/** The API's address of an import. */
export const importing = new Address('/api/v1/users/import', {
	from: oneOf('from', VENDORS),
	encoding: text('encoding', 40),
	dryRun: oneOfOr('dry_run', ['true', 'false'], 'false'),
	start: line
});

export function importAddress({ from, encoding }: ImportOptions, dryRun: boolean, start = 0): string {
	return importing.href({ from, encoding, dryRun: dryRun ? 'true' : 'false', start });
}

/** The source of a file or of pasted text; `beginning` is the text. */
export function sourceOf(file: Blob, name: string, beginning = ''): ImportSource {
	const lines = /\.(?:ndjson|jsonl)$/i.test(name) || beginning.trimStart().startsWith('{');
	return { body: file, type: lines ? NDJSON : 'text/csv', name };
}

/** Rows that were corrected: one object a line, in their order. */
export function correctedSource(rows: readonly Cells[]): ImportSource {
	return { body: new Blob([writeLines(rows)]), type: NDJSON, name: '' };
}

/** The field of a form that has a cell of a refused row. */
export const cellField = (row: { line: number }, name: CellName) => `${row.line}.${name}`;

export function emptyReport(): ImportReport {
	const counts = { created: 0, updated: 0, unchanged: 0, refused: 0, roleChanges: 0, statusChanges: 0 };
	const nothing = { start: null, line: 0, bytesRead: 0, unused: [], refusedRows: [], accessRows: [] };
	return { ...counts, ...nothing, complete: false };
}

const changes = (row: ChangedRow, field: string) => row.changes.some((change) => change.field === field);

/** The report with some more lines of the response. */
export function withLines(before: ImportReport, lines: readonly ImportLine[]): ImportReport {
	const report = { ...before };
	const [refused, access]: [RefusedRow[], ChangedRow[]] = [[], []];
	for (const one of lines) {
		if (one.type === 'start') [report.start, report.unused] = [one, one.unused];
		else if (one.type === 'progress') [report.line, report.bytesRead] = [one.line, one.bytes_read];
		else if (one.type === 'summary')
			[report.complete, report.unused, report.line] = [one.complete, one.unused, one.line];
		else {
			report[one.outcome] += 1;
			// A row is sent once its transaction is done: an import that breaks here continues after it.
			report.line = one.line;
			if (one.outcome === 'refused') refused.push(one);
			if (one.outcome === 'updated') countAccess(report, one, access);
		}
	}
	if (refused.length) report.refusedRows = [...before.refusedRows, ...refused];
	if (access.length) report.accessRows = [...before.accessRows, ...access];
	return report;
}

function countAccess(report: ImportReport, row: ChangedRow, access: ChangedRow[]): void {
	const [role, status] = [changes(row, 'role'), changes(row, 'status')];
	report.roleChanges += Number(role);
	report.statusChanges += Number(status);
	if (role || status) access.push(row);
}

/**
 * The report after corrected rows were sent: those that `sent` refuses stay, with their new reason; the others are counted
 * by their outcome. The lines of `sent` are positions in `rows`, from 1.
 */
export function withCorrected(
	before: ImportReport,
	rows: readonly RefusedRow[],
	sent: ImportReport
): ImportReport {
	const still = new Map(sent.refusedRows.map((row) => [rows[row.line - 1]!.line, row]));
	const accepted = new Set(rows.map((row) => row.line).filter((one) => !still.has(one)));
	const report = { ...before };
	for (const name of SUMS) report[name] += sent[name];
	report.refused -= accepted.size;
	report.refusedRows = before.refusedRows
		.filter((row) => !accepted.has(row.line))
		.map((row) => ({ ...row, ...still.get(row.line), line: row.line }));
	report.accessRows = [
		...before.accessRows,
		...sent.accessRows.map((row) => ({ ...row, line: rows[row.line - 1]!.line }))
	];
	return report;
}

/** The refused rows as a CSV file, with the cells as they were read and the reason. */
export function refusedCsv(rows: readonly RefusedRow[], reasonOf: (row: RefusedRow) => string): string {
	const head = csvLine([...CELLS, 'line', 'field', 'reason', 'text']);
	const one = (row: RefusedRow) =>
		csvLine([
			...CELLS.map((name) => row.cells?.[name] ?? ''),
			String(row.line),
			row.field,
			reasonOf(row),
			row.text ?? ''
		]);
	// With a byte order mark, so that spreadsheets read it as UTF-8.
	return `\uFEFF${head}${rows.map(one).join('')}`;
}
