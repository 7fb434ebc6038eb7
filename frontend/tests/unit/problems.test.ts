import { expect, it } from 'vitest';
import { en } from '#lib/messages/en.ts';
import { problemText, fieldError, formError } from '#lib/utils/problems.ts';

const refused = (
	code: 'EMAIL_TAKEN' | 'VALIDATION_ERROR' | 'FORBIDDEN',
	fields: Record<string, string> = {}
) => ({
	code,
	message: 'said by the API',
	fields
});

it('puts a refusal beside its field, or over the form where no field has it', () => {
	const taken = refused('EMAIL_TAKEN');
	expect([fieldError(en, taken, 'email'), formError(en, taken, ['email'])]).toEqual([
		en.problem.EMAIL_TAKEN,
		null
	]);
	expect(formError(en, taken)).toBe(en.problem.EMAIL_TAKEN);
	expect(fieldError(en, taken, 'displayName')).toBeUndefined();
	const invalid = refused('VALIDATION_ERROR', { email: 'Invalid email format' });
	expect([fieldError(en, invalid, 'email'), formError(en, invalid, ['email'])]).toEqual([
		en.invalid.email,
		null
	]);
	expect(formError(en, invalid)).toBe(en.invalid.email);
	expect(formError(en, refused('FORBIDDEN'))).toBe(en.problem.FORBIDDEN);
	expect([fieldError(en, null, 'email'), formError(en, null)]).toEqual([undefined, null]);
});

it('says that a deleted user has an address', () => {
	const message = 'This e-mail address belongs to a deleted user; restore or erase them first';
	const held = { code: 'EMAIL_TAKEN', message, fields: {} };
	expect([fieldError(en, held, 'email'), problemText(en, held)]).toEqual([en.invalid.held, en.invalid.held]);
	expect(fieldError(en, { ...held, message: 'This e-mail address is taken' }, 'email')).toBe(
		en.problem.EMAIL_TAKEN
	);
});

it('says what the catalogue does not know in the words of the API', () => {
	const key = refused('VALIDATION_ERROR', { idempotencyKey: 'This key was used before' });
	expect(formError(en, key, ['email'])).toBe('This key was used before');
	const breached = refused('VALIDATION_ERROR', { password: 'This password is known from a breach' });
	expect(fieldError(en, breached, 'password')).toBe('This password is known from a breach');
	expect(problemText(en, { code: 'VALIDATION_ERROR', message: 'Not on a Sunday' })).toBe('Not on a Sunday');
	expect(problemText(en, { code: 'VALIDATION_ERROR', message: '' })).toBe(en.problem.VALIDATION_ERROR);
	expect(problemText(en, { code: 'NEW_CODE', message: 'Something new' })).toBe('Something new');
	expect(problemText(en, { code: 'NEW_CODE', message: '' })).toBe(en.problem.UNKNOWN);
});

it.each([
	['Invalid email format', en.invalid.email],
	['Invalid email format: longer than 254 characters', en.invalid.email],
	["Invalid email format: 'xn--a' is not a label of a domain", en.invalid.domain('xn--a')],
	['The display name has a character that cannot be seen: U+202E; remove it', en.invalid.character('U+202E')],
	['The display name is longer than 200 characters', en.invalid.displayName],
	['The password is shorter than 8 characters', en.invalid.password],
	['The password is one of the most common ones; choose another', en.invalid.commonPassword],
	["The password is made of the name, the address or 'Rollcall'; choose another", en.invalid.ownWords],
	['This user is deleted; restore it first', en.invalid.deleted],
	['This user is disabled, not deleted; enable it instead', en.invalid.disabled]
])('has a sentence for "%s"', (message, sentence) =>
	expect(problemText(en, { code: 'VALIDATION_ERROR', message })).toBe(sentence)
);

it('knows a wrong current password by its code', () => {
	const wrong = { code: 'INVALID_CREDENTIALS', message: 'No', fields: { currentPassword: 'No' } };
	expect(fieldError(en, wrong, 'currentPassword')).toBe(en.invalid.currentPassword);
});
