/** Reading forms and answering them. */
import { fail, isHttpError } from '@sveltejs/kit';
import type { FormDone, FormRefused } from '#lib/types/form.ts';
import type { Refusal } from '#lib/types/problem.ts';
import { WRONG_CODE } from '#lib/utils/problems.ts';
import { refusalOf } from '#lib/utils/refusal.ts';
import { formStatus } from './status.ts';

export { refusalOf };

export function done<Name extends string, Data>(form: Name, data: Data): FormDone<Name, Data> {
	return { form, done: data };
}

export function refuse<Name extends string, Kept>(form: Name, refusal: Refusal, kept: Kept) {
	const answer: FormRefused<Name, Kept> = { form, refusal, kept };
	return fail(formStatus(refusal.code), answer);
}

/** Why a form was not taken that nobody answered. */
export const UNAVAILABLE: Refusal = { code: 'UNAVAILABLE', message: '', fields: {} };

/** A wrong code of a second factor is told beside the field that it was typed in. */
export function codeRefusal(refusal: Refusal, field: string): Refusal {
	return WRONG_CODE.test(refusal.message) ? { ...refusal, fields: { [field]: refusal.message } } : refusal;
}

/** A wrong current password is told beside its field. */
export function passwordRefusal(refusal: Refusal): Refusal {
	const wrong = refusal.code === 'INVALID_CREDENTIALS' && !Object.keys(refusal.fields).length;
	return wrong ? { ...refusal, fields: { currentPassword: refusal.message } } : refusal;
}

/** The API's answer, or null if it cannot be reached: the form stays then, with what was typed. */
export async function ifReached<T>(asking: Promise<T>): Promise<T | null> {
	try {
		return await asking;
	} catch (error) {
		if (isHttpError(error, 503)) return null;
		throw error;
	}
}

/** A field's text without the spaces round it; files and missing fields are empty. */
export function text(form: FormData, name: string): string {
	return raw(form, name).trim();
}

/** A field's text as it was typed, for passwords. */
export function raw(form: FormData, name: string): string {
	const value = form.get(name);
	return typeof value === 'string' ? value : '';
}

/** The version that the form was shown with, or null. */
export function version(form: FormData): number | null {
	return Number(text(form, 'expectedVersion')) || null;
}

/** One of the given values, or undefined. */
export function choice<T extends string>(form: FormData, name: string, values: readonly T[]): T | undefined {
	const value = text(form, name);
	return values.find((one) => one === value);
}
