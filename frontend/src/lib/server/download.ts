/** Downloads that are generated while they are sent. */
import { Readable } from 'node:stream';
import { NDJSON } from '#lib/utils/ndjson.ts';

/** The headers of a file of that name and today's date. */
function fileHeaders(name: string, ending: string, type: string) {
	const file = `${name}-${new Date().toISOString().slice(0, 10)}.${ending}`;
	return { 'content-type': type, 'content-disposition': `attachment; filename="${file}"` };
}

/** Answers with a value as a JSON file for people to read, such as `my-data-2026-11-27.json`. */
export function downloadJson(name: string, value: unknown): Response {
	const headers = { ...fileHeaders(name, 'json', 'application/json'), 'cache-control': 'no-store' };
	return new Response(`${JSON.stringify(value, null, '\t')}\n`, { headers });
}

/** Answers with the lines as a file of that name and today's date, such as `people-2026-11-27.csv`. */
export function download(name: string, ending: 'csv' | 'ndjson', lines: AsyncIterable<string>): Response {
	const body = Readable.toWeb(Readable.from(lines, { objectMode: false }));
	return new Response(body as ReadableStream<Uint8Array<ArrayBuffer>>, {
		headers: fileHeaders(name, ending, ending === 'csv' ? 'text/csv; charset=utf-8' : NDJSON)
	});
}
