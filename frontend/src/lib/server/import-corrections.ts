/** Refused rows that are corrected without script: a form has their cells in fields, beside the file that has them as they were. */
import type { Cells, ImportAnswer, ImportReport, RefusedRow } from '#lib/types/import.ts';
import { CELLS, SUMS } from '#lib/types/import.ts';
import { cellField, correctedSource, emptyReport, withCorrected } from '#lib/utils/user/import.ts';
import type { Api } from './api.ts';
import { raw, text } from './forms.ts';
import { importFile } from './import.ts';

const ANY = { from: null, encoding: '' };

type Corrected = Pick<ImportAnswer, 'report' | 'problem' | 'typed' | 'ready' | 'done'>;

/** The report after the rows that a form corrects were sent: they are checked, or imported. */
export async function correct(
	api: Api,
	before: ImportReport,
	form: FormData,
	dryRun: boolean
): Promise<Corrected> {
	const done = linesDone(form);
	const typed = new Map(before.refusedRows.map((row) => [row, typedCells(form, row)]));
	const rows = before.refusedRows.filter((row) => typed.get(row));
	const cellsOf = (some: readonly RefusedRow[]) =>
		Object.fromEntries(some.map((row) => [row.line, typed.get(row)!]));
	if (!rows.length) return { report: before, problem: null, typed: {}, ready: {}, done };
	const sent = await importFile(
		api,
		{ source: correctedSource(rows.map((row) => typed.get(row)!)), options: ANY },
		dryRun
	);
	if (sent.problem) return { ...sent, report: before, typed: cellsOf(rows), ready: {}, done };
	const report = withCorrected(before, rows, sent.report);
	const left = report.refusedRows.map((row) => row.line);
	const accepted = rows.filter((row) => !left.includes(row.line));
	return {
		report,
		problem: null,
		typed: cellsOf(rows.filter((row) => !accepted.includes(row))),
		ready: dryRun ? cellsOf(accepted) : {},
		done: dryRun ? done : [...done, ...accepted.map((row) => row.line)]
	};
}

/**
 * The report of an import that is over, with the rows that are still refused: a check of the file tells them again, and
 * the form has what was imported.
 */
export function reportAfter(checked: ImportReport, form: FormData): ImportReport {
	const { start, line, bytesRead, unused, complete } = checked;
	const done = linesDone(form);
	const refusedRows = checked.refusedRows.filter((row) => !done.includes(row.line));
	const counts = text(form, 'counts').split(' ');
	const sums = Object.fromEntries(SUMS.map((name, at) => [name, Number(counts[at]) || 0]));
	return {
		...emptyReport(),
		...{ start, line, bytesRead, unused, complete },
		...sums,
		...{ refused: refusedRows.length, refusedRows }
	};
}

function linesDone(form: FormData): number[] {
	return text(form, 'done').split(' ').filter(Boolean).map(Number);
}

/** A row's cells if they differ from those that were read. A browser's field takes line breaks out of them. */
function typedCells(form: FormData, row: RefusedRow): Cells | null {
	if (!form.has(cellField(row, 'email'))) return null;
	const cells = Object.fromEntries(CELLS.map((name) => [name, raw(form, cellField(row, name))] as const));
	const read = (name: (typeof CELLS)[number]) => (row.cells?.[name] ?? '').replace(/[\r\n]/g, '');
	return CELLS.some((name) => cells[name] !== read(name)) ? cells : null;
}
