/** Reading forms and telling what the API refused, for the form actions. */
import type { ProblemCode } from '#lib/graphql/documents.ts';
import type { Refusal } from '#lib/types/refusal.ts';

interface Problem {
	code: ProblemCode;
	message: string;
	fields?: { field: string; message: string }[];
	retryAfterSeconds?: number;
}

export function refusal(problem: Problem): Refusal {
	return {
		code: problem.code,
		message: problem.message,
		fields: Object.fromEntries((problem.fields ?? []).map(({ field, message }) => [field, message])),
		retryAfterSeconds: problem.retryAfterSeconds
	};
}

/** A field's text without the spaces round it; files and missing fields are empty. */
export function text(form: FormData, name: string): string {
	const value = form.get(name);
	return typeof value === 'string' ? value.trim() : '';
}

/** A field's text as it was typed, for passwords. */
export function raw(form: FormData, name: string): string {
	const value = form.get(name);
	return typeof value === 'string' ? value : '';
}

/** One of the given values, or undefined. */
export function choice<T extends string>(form: FormData, name: string, values: readonly T[]): T | undefined {
	const value = text(form, name);
	return values.find((one) => one === value);
}
