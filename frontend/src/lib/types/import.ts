/** An import of users: the lines of the API's response (docs/how-to/import.md), and what the page keeps of them. */
import type { Problem } from './problem.ts';

export const VENDORS = ['okta', 'google', 'entra', 'keycloak', 'auth0', 'moodle'] as const;
export type Vendor = (typeof VENDORS)[number];
export const CELLS = ['email', 'display_name', 'role', 'status', 'email_verified'] as const;
export type CellName = (typeof CELLS)[number];
export type Cells = Partial<Record<CellName, string>>;

export interface ImportOptions {
	/** Whose export the file is; null leaves it to the header. */
	from: Vendor | null;
	/** The encoding; '' is UTF-8, or what the file's byte order mark says. */
	encoding: string;
}

/** What is sent: the body, its media type, and the name of the file it came from. */
export interface ImportSource {
	body: Blob;
	type: string;
	name: string;
}

export interface StartLine {
	type: 'start';
	format: 'csv' | 'ndjson';
	encoding: string;
	separator: string | null;
	from: Vendor | null;
	unused: string[];
	bytes: number;
}

interface Change {
	field: string;
	before: unknown;
	after: unknown;
}

/** A row that created or changed a user. */
export interface ChangedRow {
	type: 'row';
	line: number;
	outcome: 'created' | 'updated';
	id: string;
	email: string;
	changes: Change[];
}

export interface RefusedRow {
	type: 'row';
	line: number;
	outcome: 'refused';
	code: string;
	/** `line` for the whole line. */
	field: string;
	reason: string;
	/** The fields as they were read, or null. */
	cells: Cells | null;
	/** The beginning of a line that could not be read. */
	text: string | null;
}

interface UnchangedRow {
	type: 'row';
	line: number;
	outcome: 'unchanged';
}

interface ProgressLine {
	type: 'progress';
	line: number;
	bytes_read: number;
	bytes: number;
}

export interface SummaryLine {
	type: 'summary';
	complete: boolean;
	error: Problem | null;
	unused: string[];
	line: number;
}

export type ImportLine = StartLine | ChangedRow | UnchangedRow | RefusedRow | ProgressLine | SummaryLine;
export const COUNTED = ['created', 'updated', 'unchanged', 'refused'] as const;
export type Outcome = (typeof COUNTED)[number];

/** What a report counts and corrected rows add to. */
export const SUMS = ['created', 'updated', 'unchanged', 'roleChanges', 'statusChanges'] as const;

/** The outcomes of the rows so far. */
export interface ImportReport extends Record<Outcome, number> {
	start: StartLine | null;
	/** Everything up to this line is done: the place to continue from. */
	line: number;
	bytesRead: number;
	roleChanges: number;
	statusChanges: number;
	/** The columns that are not used. */
	unused: string[];
	refusedRows: RefusedRow[];
	/** The rows that change a known user's role or status. */
	accessRows: ChangedRow[];
	complete: boolean;
}

/** The server's result, if no script sent the file. */
export interface ImportAnswer {
	dryRun: boolean;
	report: ImportReport;
	problem: Problem | null;
	/** The file as text, for the next form; null if it is too long for one. */
	kept: string | null;
	name: string;
	options: ImportOptions;
	/** What was typed for rows that are still refused, by line. */
	typed: Record<number, Cells>;
	/** Corrected rows that the check accepted, by line: they are imported after the file. */
	ready: Record<number, Cells>;
	/** The lines of corrected rows that are imported already. */
	done: number[];
}
