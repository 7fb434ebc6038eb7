/** What went wrong, in the visitor's words. */
import type { EntryMessages } from '#lib/messages/types.ts';
import type { Problem, Refusal } from '#lib/types/problem.ts';

/** The API's message for a wrong code of a second factor. */
export const WRONG_CODE = /^The code is wrong/;

/** What the API says of a field, and the catalogue's sentence for it; of anything else the API's own words are shown. */
const FIELD_MESSAGES: readonly (readonly [
	RegExp,
	(invalid: EntryMessages['invalid'], part: string) => string
])[] = [
	[/^Invalid email format: '(.*)' is not/, (invalid, label) => invalid.domain(label)],
	[/^Invalid email format/, (invalid) => invalid.email],
	[/^The display name has .* (U\+[0-9A-F]+)/, (invalid, character) => invalid.character(character)],
	[/^The display name is /, (invalid) => invalid.displayName],
	[/^The password is (?:longer|shorter) /, (invalid) => invalid.password],
	[/^The password is one of the most common/, (invalid) => invalid.commonPassword],
	[WRONG_CODE, (invalid) => invalid.code],
	[/^There is nothing to confirm/, (invalid) => invalid.nothingBegun],
	[/^The password is made of /, (invalid) => invalid.ownWords],
	[/^This user is deleted/, (invalid) => invalid.deleted],
	[/^This user is disabled/, (invalid) => invalid.disabled]
];

/** The sentence for one field's message. */
function fieldMessage(m: EntryMessages, message: string): string | null {
	for (const [pattern, sentence] of FIELD_MESSAGES) {
		const found = pattern.exec(message);
		if (found) return sentence(m.invalid, found[1] ?? '');
	}
	return message || null;
}

/** The API's message to an admin if a deleted user has the address. */
const HELD = /^This e-mail address belongs to a deleted user/;

/** The catalogue's sentence; where only the API knows more (what exactly is not allowed), its own. */
export function problemText(m: EntryMessages, problem: Problem): string {
	if (problem.code === 'RATE_LIMITED' && problem.retryAfterSeconds)
		return m.auth.wait(problem.retryAfterSeconds);
	if (problem.code === 'EMAIL_TAKEN' && HELD.test(problem.message)) return m.invalid.held;
	const known: Record<string, string> = m.problem;
	if (problem.code === 'VALIDATION_ERROR')
		return fieldMessage(m, problem.message) ?? m.problem.VALIDATION_ERROR;
	return known[problem.code] ?? (problem.message || m.problem.UNKNOWN);
}

/** What is wrong with one field of a refused form, or undefined. */
export function fieldError(m: EntryMessages, refusal: Refusal | null, field: string): string | undefined {
	if (refusal?.code === 'EMAIL_TAKEN' && field === 'email') return problemText(m, refusal);
	const message = refusal?.fields[field];
	if (refusal?.code === 'INVALID_CREDENTIALS' && message !== undefined && !WRONG_CODE.test(message))
		return m.invalid.currentPassword;
	return message === undefined ? undefined : (fieldMessage(m, message) ?? m.problem.VALIDATION_ERROR);
}

/** What is wrong with a refused form as a whole; null where the fields it shows say it all. */
export function formError(
	m: EntryMessages,
	refusal: Refusal | null,
	shown: readonly string[] = []
): string | null {
	if (!refusal || (refusal.code === 'EMAIL_TAKEN' && shown.includes('email'))) return null;
	const fields = Object.keys(refusal.fields);
	const hidden = fields.filter((field) => !shown.includes(field));
	if (fields.length && !hidden.length) return null;
	if (!hidden.length) return problemText(m, refusal);
	return [...new Set(hidden.map((field) => fieldError(m, refusal, field)))].join(' ');
}
