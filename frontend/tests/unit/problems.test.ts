import { expect, it } from 'vitest';
import { en } from '#lib/messages/en.ts';
import { tell, tellField, tellForm } from '#lib/utils/problems.ts';

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
	expect([tellField(en, taken, 'email'), tellForm(en, taken)]).toEqual([en.problem.EMAIL_TAKEN, null]);
	expect(tellField(en, taken, 'displayName')).toBeUndefined();
	const invalid = refused('VALIDATION_ERROR', { email: 'Invalid email format' });
	expect([tellField(en, invalid, 'email'), tellForm(en, invalid)]).toEqual([en.fault.email, null]);
	const key = refused('VALIDATION_ERROR', { idempotencyKey: 'used before' });
	expect(tellForm(en, key)).toBe(en.problem.VALIDATION_ERROR);
	expect(tellForm(en, refused('FORBIDDEN'))).toBe(en.problem.FORBIDDEN);
	expect([tellField(en, null, 'email'), tellForm(en, undefined)]).toEqual([undefined, null]);
});

it('tells which field of a line was refused, and what it does not know in the words of the API', () => {
	expect(tell(en, { code: 'VALIDATION_ERROR', message: '', field: 'displayName' })).toBe(
		en.fault.displayName
	);
	expect(tell(en, { code: 'NEW_CODE', message: 'Something new' })).toBe('Something new');
	expect(tell(en, { code: 'NEW_CODE', message: '' })).toBe(en.problem.UNKNOWN);
});
