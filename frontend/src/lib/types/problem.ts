/** An error, or a refusal with the fields it concerns. */
export interface Problem {
	/** The API's code, or one of the console's own: UNAVAILABLE, UNKNOWN. */
	code: string;
	message: string;
	retryAfterSeconds?: number;
}

/** What a form shows after a refusal: the code of the whole, and what is wrong with its fields. */
export interface Refusal extends Problem {
	fields: Record<string, string>;
}
