/** An import without script: the server sends the form's file to the API and collects the report. */
import type { ImportOptions, ImportReport, ImportSource } from '#lib/types/import.ts';
import { VENDORS } from '#lib/types/import.ts';
import type { Problem } from '#lib/types/problem.ts';
import { emptyReport, importAddress, sourceOf } from '#lib/utils/user/import.ts';
import { importAll } from '#lib/utils/user/import-run.ts';
import type { Api } from './api.ts';
import { choice, raw, text } from './forms.ts';

/** The longest wait while other imports run, in seconds. */
const WAIT_MAX = 10;
/** The largest text that the page keeps in a form to send it again, in bytes; and the room that cells of refused rows need. */
const [KEPT_MAX, CELLS_MAX] = [1_000_000, 300_000];

export interface SentFile {
	source: ImportSource;
	options: ImportOptions;
}

/** The file of a form, or the pasted lines if no file was chosen. */
export function fileOf(form: FormData): SentFile {
	const file = form.get('file');
	const options = { from: choice(form, 'from', VENDORS) ?? null, encoding: text(form, 'encoding') };
	if (file instanceof File && file.size > 0) return { source: sourceOf(file, file.name), options };
	const list = raw(form, 'list');
	return {
		source: sourceOf(new Blob([list]), text(form, 'name'), list),
		options: { ...options, encoding: '' }
	};
}

export async function importFile(
	api: Api,
	{ source, options }: SentFile,
	dryRun: boolean
): Promise<{ report: ImportReport; problem: Problem | null }> {
	let report = emptyReport();
	const transport = {
		send: (start: number) => api.upload(importAddress(options, dryRun, start), source.body, source.type),
		renew: () => api.renew(),
		wait: (seconds: number) =>
			new Promise<void>((resolve) => setTimeout(resolve, Math.min(seconds, WAIT_MAX) * 1000)),
		report: (next: ImportReport) => (report = next)
	};
	const problem = await importAll(transport, report);
	return { report, problem };
}

/**
 * The file as text, for the next form to send again, perhaps with cells of refused rows; null if it is too long, or its
 * encoding is unknown.
 */
export async function keptText(
	{ source }: SentFile,
	encoding: string,
	withCells: boolean
): Promise<string | null> {
	try {
		const decoder = new TextDecoder(LABELS[encoding] ?? encoding);
		// A space before a first line that is empty: a browser takes a line break at the beginning of a field out.
		const kept = decoder.decode(await source.body.arrayBuffer()).replace(/^(?=[\r\n])/, ' ');
		// A form sends each line's end as two characters.
		const size = new Blob([kept]).size + kept.split('\n').length;
		return size <= KEPT_MAX - (withCells ? CELLS_MAX : 0) ? kept : null;
	} catch {
		return null;
	}
}

/** Python's names of encodings whose label in the Encoding Standard differs. */
const LABELS: Record<string, string> = {
	'utf-16-le': 'utf-16le',
	'utf-16-be': 'utf-16be',
	'mac-roman': 'macintosh',
	'iso8859-15': 'iso-8859-15',
	'iso8859-2': 'iso-8859-2'
};
