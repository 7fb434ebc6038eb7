/** Writing comma-separated values (RFC 4180), as `api/files/writer.py` does. Nothing in the console reads them. */

/** What a spreadsheet runs as a formula, and the apostrophe that says it is text; also in full width. */
const FORMULA = /^[=+\-@\t\r'\uFF1D\uFF0B\uFF0D\uFF20]/;

/** A record; a cell that a spreadsheet would run gets an apostrophe before it, which an import takes off again. */
export function csvLine(cells: readonly string[]): string {
	return `${cells
		.map((cell) => (FORMULA.test(cell) ? `'${cell}` : cell))
		.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
		.join(',')}\r\n`;
}
