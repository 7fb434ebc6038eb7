/** Newline-delimited JSON. */

export const NDJSON = 'application/x-ndjson';

/**
 * The values of the lines, as one array for each chunk. A line without a line end is left out: the rest of it was lost.
 * Raises the errors of the stream. The stream is cancelled when the caller stops iterating.
 */
export async function* readLines<Line>(body: ReadableStream<Uint8Array>): AsyncGenerator<Line[]> {
	const [reader, decoder] = [body.getReader(), new TextDecoder()];
	let rest = '';
	try {
		for (;;) {
			const { done, value } = await reader.read();
			if (done) return;
			const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
			rest = lines.pop()!;
			if (lines.length) yield lines.filter(Boolean).map((line) => JSON.parse(line) as Line);
		}
	} finally {
		await reader.cancel().catch(() => {});
	}
}

/** A line for each value. */
export function writeLines(values: readonly object[]): string {
	return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}
