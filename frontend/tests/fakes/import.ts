/** Lines of the import's response, and an API that sends them. */
import type { ChangedRow, ImportLine, RefusedRow, StartLine, SummaryLine } from '#lib/types/import.ts';
import { writeLines } from '#lib/utils/ndjson.ts';

export const start = (more: Partial<StartLine> = {}): StartLine => ({
	type: 'start',
	format: 'csv',
	encoding: 'utf-8',
	separator: ',',
	from: null,
	unused: [],
	bytes: 1000,
	...more
});

export const changed = (
	line: number,
	outcome: ChangedRow['outcome'],
	...changes: ChangedRow['changes']
): ChangedRow => ({ type: 'row', line, outcome, id: `id-${line}`, email: `${line}@example.com`, changes });

export const refused = (line: number, more: Partial<RefusedRow> = {}): RefusedRow => ({
	type: 'row',
	line,
	outcome: 'refused',
	code: 'VALIDATION_ERROR',
	field: 'role',
	reason: 'Unknown role; use one of member, auditor, admin',
	cells: { email: `${line}@example.com`, display_name: `Number ${line}`, role: 'king', status: '' },
	text: null,
	...more
});

export const progress = (line: number): ImportLine => ({
	type: 'progress',
	line,
	bytes_read: line * 10,
	bytes: 1000
});

export const summary = (line: number, more: Partial<SummaryLine> = {}): SummaryLine => ({
	type: 'summary',
	complete: !more.error,
	error: null,
	unused: [],
	line,
	...more
});

export interface SentImport {
	url: URL;
	type: string;
	body: string;
	/** Sends lines of the response. */
	push(...lines: ImportLine[]): void;
	/** Ends the response. */
	end(): void;
	/** Loses the connection. */
	lose(): void;
	aborted: boolean;
}

/** An API that keeps each import it is sent, and answers as the test says. */
export class FakeImports {
	readonly sent: SentImport[] = [];
	renewals = 0;
	/** Answers of the next requests instead of an import. */
	readonly refusals: Response[] = [];

	get last(): SentImport {
		return this.sent.at(-1)!;
	}

	/** As the browser's. */
	readonly fetch = async (to: string | URL, init: RequestInit = {}): Promise<Response> => {
		const url = new URL(to, 'http://localhost/');
		if (url.pathname === '/session') {
			this.renewals += 1;
			return Response.json({});
		}
		const type = String(new Headers(init.headers).get('content-type'));
		const sent: SentImport = {
			url,
			type,
			body: await textOf(init.body as Blob),
			push: () => {},
			end: () => {},
			lose: () => {},
			aborted: false
		};
		this.sent.push(sent);
		const refusal = this.refusals.shift();
		if (refusal) return refusal;
		const body = new ReadableStream<Uint8Array>({
			start(controller) {
				sent.push = (...lines) => controller.enqueue(new TextEncoder().encode(writeLines(lines)));
				sent.end = () => controller.close();
				sent.lose = () => controller.error(new TypeError('network error'));
				init.signal?.addEventListener('abort', () => {
					sent.aborted = true;
					controller.error(new DOMException('aborted', 'AbortError'));
				});
			}
		});
		return new Response(body);
	};
}

/** jsdom's Blob has no `text`. */
function textOf(blob: Blob): Promise<string> {
	if (typeof blob.text === 'function') return blob.text();
	return new Promise((resolve) => {
		const reader = new FileReader();
		reader.onload = () => resolve(reader.result as string);
		reader.readAsText(blob);
	});
}

export const refusal = (status: number, code: string, headers = {}) =>
	Response.json({ success: false, error: { code, message: code } }, { status, headers });
