/** Reading and writing comma-separated values (RFC 4180). */

/** A record; what a spreadsheet would run as a formula gets an apostrophe before it. */
export function csvLine(cells: readonly string[]): string {
	return `${cells
		.map((cell) => (/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell))
		.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
		.join(',')}\r\n`;
}

export interface CsvRecord {
	/** Where it begins, counted from 1. */
	line: number;
	cells: string[];
}

/** The records of a text. Commas, semicolons or tabs part the cells, whichever the first line has most of. */
export function parseCsv(text: string): CsvRecord[] {
	const separator = guessSeparator(text.slice(0, text.search(/[\r\n]|$/)));
	const records: CsvRecord[] = [];
	let [cells, cell, quoted, line, start] = [[] as string[], '', false, 1, 1];
	const endCell = () => {
		// Takes a byte order mark away too.
		cells.push(cell.trim());
		cell = '';
	};
	const endRecord = () => {
		endCell();
		if (cells.some(Boolean)) records.push({ line: start, cells });
		cells = [];
	};
	for (let index = 0; index < text.length; index += 1) {
		const char = text[index]!;
		if (char === '\n') line += 1;
		if (quoted) {
			if (char !== '"') cell += char;
			else if (text[index + 1] === '"') cell += text[++index];
			else quoted = false;
		} else if (char === '"' && !cell.trim()) [quoted, cell] = [true, ''];
		else if (char === separator) endCell();
		else if (char === '\n') {
			endRecord();
			start = line;
		} else if (char !== '\r') cell += char;
	}
	endRecord();
	return records;
}

function guessSeparator(line: string): string {
	const count = (separator: string) => line.split(separator).length;
	return [',', ';', '\t'].sort((a, b) => count(b) - count(a))[0]!;
}
