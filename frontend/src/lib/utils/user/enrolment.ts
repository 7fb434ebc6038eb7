/** What a page came with as the answer to a form of the second factor, where there is no script. */
import type { Enrolment, UserAnswer } from '#lib/types/user.ts';

/** The secret that waits for its first code. */
export function begunWith(given: UserAnswer | null): Enrolment | null {
	if (given?.form === 'beginTotp') return given.done ?? null;
	return given?.form === 'confirmTotp' && given.refusal ? given.kept : null;
}

/** The recovery codes, which are shown once. */
export function codesOf(given: UserAnswer | null): readonly string[] | null {
	const made = given?.form === 'confirmTotp' || given?.form === 'recovery';
	return made ? (given.done ?? null) : null;
}
