import { describe, expect, test } from 'vitest';
import { csvLine, parseCsv } from '#lib/utils/csv.ts';

describe('writing', () => {
	test('quotes what needs it (RFC 4180)', () => {
		expect(csvLine(['a', 'b,c', 'say "hi"', 'two\nlines', ''])).toBe(
			'a,"b,c","say ""hi""","two\nlines",\r\n'
		);
	});

	test.each(['=1+1', '+49', '-2', '@SUM(A1)', '\tx', '\rx'])(
		'what a spreadsheet would run is text: %j',
		(cell) => {
			expect(csvLine(['name', cell]).replaceAll('"', '')).toBe(`name,'${cell}\r\n`);
		}
	);
});

describe('reading', () => {
	const cells = (text: string) => parseCsv(text).map((record) => record.cells);

	test('what was written', () => {
		const line = ['Ada "the first" King', 'a,b;c', 'two\r\nlines', 'é'];
		expect(cells(csvLine(['w', 'x', 'y', 'z']) + csvLine(line))[1]).toEqual(line);
	});

	test('any separator, byte order mark and line end', () => {
		expect(cells('\uFEFFemail;name\r\na@b.c;Ada\r\n')).toEqual([
			['email', 'name'],
			['a@b.c', 'Ada']
		]);
		expect(cells('email\tname\na@b.c\tAda')).toEqual([
			['email', 'name'],
			['a@b.c', 'Ada']
		]);
	});

	test('a quote within a cell is a character, before it the cell is quoted', () => {
		expect(cells('a"b",c\r\n "d,e" ,f')).toEqual([
			['a"b"', 'c'],
			['d,e', 'f']
		]);
		expect(cells('\uFEFF"a","b"')).toEqual([['a', 'b']]);
	});

	test('empty lines are skipped, and lines keep their numbers', () => {
		expect(parseCsv('email\n\n"a\nb"\nc\n').map(({ line }) => line)).toEqual([1, 3, 5]);
		expect(parseCsv('')).toEqual([]);
	});
});
