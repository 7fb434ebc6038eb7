/** Downloads that are generated while they are sent. */
import { Readable } from 'node:stream';
import { NDJSON } from '#lib/utils/ndjson.ts';

/** Answers with the lines as a file of that name and today's date, such as `people-2026-11-27.csv`. */
export function download(name: string, ending: 'csv' | 'ndjson', lines: AsyncIterable<string>): Response {
	const file = `${name}-${new Date().toISOString().slice(0, 10)}.${ending}`;
	const body = Readable.toWeb(Readable.from(lines, { objectMode: false }));
	return new Response(body as ReadableStream<Uint8Array<ArrayBuffer>>, {
		headers: {
			'content-type': ending === 'csv' ? 'text/csv; charset=utf-8' : NDJSON,
			'content-disposition': `attachment; filename="${file}"`
		}
	});
}
