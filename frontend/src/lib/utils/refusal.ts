/** What the API refused, as forms and dialogs show it. */
import type { Refusal } from '#lib/types/problem.ts';
import { ApiError } from './graphql.ts';

/** A refusal as the API gives it. */
export interface ApiProblem {
	code: string;
	message: string;
	fields?: { field: string; message: string }[];
	retryAfterSeconds?: number;
}

export function refusalOf({ code, message, fields = [], retryAfterSeconds }: ApiProblem): Refusal {
	const messages = Object.fromEntries(fields.map(({ field, message }) => [field, message]));
	return { code, message, fields: messages, retryAfterSeconds };
}

/** What was raised instead of an answer, as a refusal. */
export function raised(error: unknown): { kind: 'refused'; refusal: Refusal } {
	const { code, message } = error instanceof ApiError ? error : { code: 'UNKNOWN', message: '' };
	return { kind: 'refused', refusal: { code, message, fields: {} } };
}
