/** Reads a list of users to add out of a CSV text, and finds what is wrong with each line before anything is asked. */
import type { Role } from '#lib/graphql/documents.ts';
import type { ImportItem, ImportList, LineError, ListLine } from '#lib/types/import.ts';
import { parseCsv, type CsvRecord } from '#lib/utils/csv.ts';

export const LINES_MAX = 1_000;
/** Twice this, the text and its form, still fits what the front door lets through. */
export const KILOBYTES_MAX = 500;
const NAME_MAX = 200;
const EMAIL_MAX = 254;
const EMAIL = /^[^\s@"(),:;<>[\]\\]+@[^\s@"(),:;<>[\]\\]+$/;

type Column = 'email' | 'displayName' | 'role';
const COLUMNS: Record<string, Column> = {
	email: 'email',
	mail: 'email',
	emailaddress: 'email',
	name: 'displayName',
	displayname: 'displayName',
	fullname: 'displayName',
	role: 'role',
	rolle: 'role'
};
const ROLES: Record<string, Role> = { '': 'MEMBER', member: 'MEMBER', auditor: 'AUDITOR', admin: 'ADMIN' };

export function readImport(source: string): ImportList {
	if (new TextEncoder().encode(source).length > KILOBYTES_MAX * 1_000)
		return { lines: [], error: 'tooLarge' };
	const [head, ...records] = parseCsv(source);
	if (!head) return { lines: [], error: 'empty' };
	const columns = head.cells.map((cell) => COLUMNS[cell.toLowerCase().replace(/[\s._-]/g, '')]);
	if (!columns.includes('email')) return { lines: [], error: 'needsEmail' };
	if (!records.length) return { lines: [], error: 'empty' };
	if (records.length > LINES_MAX) return { lines: [], error: 'tooMany' };
	const seen = new Map<string, number>();
	return { lines: records.map((record) => readLine(record, columns, seen)), error: null };
}

function readLine(
	{ line, cells }: CsvRecord,
	columns: readonly (Column | undefined)[],
	seen: Map<string, number>
): ListLine {
	// An export marks what a spreadsheet would run as a formula with an apostrophe.
	const cell = (name: Column) => (cells[columns.indexOf(name)] ?? '').replace(/^'(?=[=+\-@])/, '').trim();
	const [email, displayName, written] = [cell('email'), cell('displayName'), cell('role').toLowerCase()];
	const role = ROLES[written];
	const key = email.normalize('NFKC').toLowerCase();
	const earlier = seen.get(key);
	if (earlier === undefined) seen.set(key, line);
	return { line, email, displayName, role: role ?? 'MEMBER', error: errorOf() };

	function errorOf(): LineError | null {
		if (email.length > EMAIL_MAX || !EMAIL.test(email)) return { kind: 'badEmail' };
		if (earlier !== undefined) return { kind: 'duplicate', line: earlier };
		if (!displayName) return { kind: 'noName' };
		if ([...displayName].length > NAME_MAX) return { kind: 'longName' };
		return role ? null : { kind: 'badRole' };
	}
}

/** What needs another look comes first. */
export function itemsOf(lines: readonly ListLine[]): ImportItem[] {
	return lines
		.map((line): ImportItem => ({ ...line, state: line.error ? 'bad' : 'ready', problem: null, id: null }))
		.sort((a, b) => Number(a.error === null) - Number(b.error === null) || a.line - b.line);
}
