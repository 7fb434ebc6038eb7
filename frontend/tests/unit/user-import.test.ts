import { describe, expect, it } from 'vitest';
import { csvLine } from '#lib/utils/csv.ts';
import { KILOBYTES_MAX, LINES_MAX, readImport } from '#lib/utils/user/import.ts';

const errors = (source: string) => readImport(source).lines.map((line) => line.error?.kind ?? null);

describe('a list of people', () => {
	it('is read by its columns, in any order and spelling, whatever parts the cells', () => {
		const { lines, error } = readImport(
			'Display Name;ROLE;E-Mail\nAda Lovelace;Auditor;ada@example.com\nGrace;;grace@example.com'
		);
		expect(error).toBeNull();
		expect(lines).toEqual([
			{ line: 2, email: 'ada@example.com', displayName: 'Ada Lovelace', role: 'AUDITOR', error: null },
			{ line: 3, email: 'grace@example.com', displayName: 'Grace', role: 'MEMBER', error: null }
		]);
	});

	it('tells what is wrong with each line', () => {
		const long = 'x'.repeat(201);
		expect(
			errors(
				`email,name,role\nnowhere,Ada,\na@b.example,,\nc@b.example,${long},\nd@b.example,Dan,boss\ne@b.example,Eve,`
			)
		).toEqual(['badEmail', 'noName', 'longName', 'badRole', null]);
	});

	it('names the line where an address stands already, in whatever case', () => {
		const { lines } = readImport('email,name\nada@example.com,Ada\n\nADA@example.com,Ada');
		expect(lines[1]).toMatchObject({ line: 4, error: { kind: 'duplicate', line: 2 } });
	});

	it('says why it cannot be read at all', () => {
		expect(readImport('').error).toBe('empty');
		expect(readImport('email,name').error).toBe('empty');
		expect(readImport('name\nAda').error).toBe('needsEmail');
		const lines = Array.from({ length: LINES_MAX + 1 }, (_, n) => `p${n}@example.com,P`);
		expect(readImport(['email,name', ...lines].join('\n')).error).toBe('tooMany');
		expect(readImport(['email,name', ...lines.slice(1)].join('\n')).error).toBeNull();
		expect(readImport(`email,name\n${'x'.repeat(KILOBYTES_MAX * 1_000)}`).error).toBe('tooLarge');
	});

	it('takes back what an export wrote against formulas', () => {
		const source = csvLine(['email', 'name']) + csvLine(['ada@example.com', '=Ada']);
		expect(readImport(source).lines[0]?.displayName).toBe('=Ada');
	});
});
