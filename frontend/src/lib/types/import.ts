/** A list of users to add: its lines as read, and what became of each. */
import type { Role } from '#lib/graphql/documents.ts';
import type { Problem } from './problem.ts';

export type LineError =
	| { kind: 'badEmail' | 'noName' | 'longName' | 'badRole' }
	/** `line`: where the address stands already. */
	| { kind: 'duplicate'; line: number };

export interface ListLine {
	/** Counted from 1, as an editor does. */
	line: number;
	email: string;
	displayName: string;
	role: Role;
	error: LineError | null;
}

export interface ImportList {
	lines: ListLine[];
	/** Why nothing could be read at all. */
	error: 'empty' | 'tooMany' | 'tooLarge' | 'needsEmail' | null;
}

export interface ImportItem extends ListLine {
	/** `bad` lines are left out; `exists`: the address was here before, and nothing was changed. */
	state: 'ready' | 'bad' | 'added' | 'exists' | 'failed';
	/** Why it failed. */
	problem: Problem | null;
	/** Of the user added. */
	id: string | null;
}

export type Added = Pick<ImportItem, 'state'> & Partial<Pick<ImportItem, 'problem' | 'id'>>;
