/** What the API refused, as a form shows it. */
import type { ProblemCode } from '#lib/graphql/documents.ts';

/** What a form shows after a refusal: the code of the whole, and what is wrong with its fields. */
export interface Refusal {
	code: ProblemCode | 'UNKNOWN';
	message: string;
	fields: Record<string, string>;
	retryAfterSeconds?: number;
}

/** What is said of a refusal or a fault. */
export interface Told {
	code: string;
	message: string;
	retryAfterSeconds?: number;
	/** The field that is wrong, where it is one. */
	field?: string;
}
