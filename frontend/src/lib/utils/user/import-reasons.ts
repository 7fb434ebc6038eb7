/** Why a file or one of its rows was refused, in the visitor's language; unknown reasons are shown in the API's words. */
import type { EntryMessages, ImportMessages } from '#lib/messages/types.ts';
import type { RefusedRow } from '#lib/types/import.ts';
import type { Problem } from '#lib/types/problem.ts';
import { RENEWABLE } from '#lib/utils/graphql.ts';
import { problemText } from '#lib/utils/problems.ts';

type Sentence = readonly [RegExp, (m: ImportMessages, ...found: string[]) => string];

const FILE: readonly Sentence[] = [
	[/^The file is not UTF-8: byte \S+ on line (\d+)/, (m, line) => m.problem.notUtf8(line!)],
	[/^The file is not UTF-8, but looks like UTF-16/, (m) => m.problem.utf16],
	[/^The file is not (\S+): byte \S+ on line (\d+)/, (m, name, line) => m.problem.notEncoding(name!, line!)],
	[/^The header lacks the column email.*?; it has: (.*)/, (m, names) => m.problem.needsEmail(names!)],
	[/^The header has the column (.*) twice$/, (m, column) => m.problem.twice(column!)],
	[/^The header is not CSV/, (m) => m.problem.header]
];

/** Why the whole file was refused, or the import could not go on. */
export function fileProblem(entry: EntryMessages, m: ImportMessages, problem: Problem): string {
	if (problem.code === 'BROKEN') return m.brokenText;
	if (RENEWABLE.has(problem.code) || problem.code === 'SESSION_REVOKED') return m.signedOut;
	if (problem.code === 'PAYLOAD_TOO_LARGE') return m.problem.tooLarge;
	if (problem.code === 'REQUEST_TIMEOUT') return m.problem.tooSlow;
	return sentence(FILE, m, problem.message) ?? problemText(entry, problem);
}

/** Whether another encoding may help. */
export function isEncodingProblem({ message }: Problem): boolean {
	return message.startsWith('The file is not ');
}

function sentence(all: readonly Sentence[], m: ImportMessages, message: string): string | null {
	for (const [pattern, words] of all) {
		const found = pattern.exec(message);
		if (found) return words(m, ...found.slice(1));
	}
	return null;
}

const ROW: Record<string, readonly Sentence[]> = {
	VALIDATION_ERROR: [
		[/^Nobody has this e-mail address/, (m) => m.reasons.noName],
		[/^Unknown role/, (m) => m.reasons.role],
		[/^(?:Unknown status|Deleted users)/, (m) => m.reasons.status],
		[/^Unknown email verified/, (m) => m.reasons.verified],
		[/^This field is (?:missing|not text)/, (m) => m.reasons.missing]
	],
	DUPLICATE: [
		[/on line (\d+)/, (m, line) => m.reasons.duplicate(line!)],
		[/^/, (m) => m.reasons.duplicateEarlier]
	],
	FIELDS: [[/^(\d+) fields instead of (\d+)/, (m, has, needs) => m.reasons.fields(has!, needs!)]],
	QUOTES: [[/^/, (m) => m.reasons.quotes]],
	UNCLOSED_QUOTE: [[/^/, (m) => m.reasons.unclosed]],
	LINE_BREAK: [[/^/, (m) => m.reasons.lineBreak]],
	LOST_CHARACTER: [[/^/, (m) => m.reasons.lost]],
	TOO_LONG: [[/^/, (m) => m.reasons.tooLong]],
	NOT_JSON: [[/^/, (m) => m.reasons.notJson]]
};

/** Why a row was refused. */
export function rowReason(entry: EntryMessages, m: ImportMessages, row: RefusedRow): string {
	const known = sentence(ROW[row.code] ?? [], m, row.reason);
	return known ?? problemText(entry, { code: row.code, message: row.reason });
}
