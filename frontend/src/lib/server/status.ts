/** Which HTTP status stands for a code of the API: said here and nowhere else. */
import { error } from '@sveltejs/kit';

const STATUSES: Readonly<Record<string, number>> = {
	FORBIDDEN: 403,
	NOT_FOUND: 404,
	VERSION_CONFLICT: 409,
	EMAIL_TAKEN: 409,
	LAST_ADMIN: 409,
	RATE_LIMITED: 429,
	UNAVAILABLE: 503
};

/** Of a refused form. */
export function formStatus(code: string): number {
	return STATUSES[code] ?? 400;
}

/** Raises a page's error. A page that asks for what is not valid has an address that is not, or no longer. */
export function pageError(code: string, message: string, requestId?: string): never {
	const status = code === 'VALIDATION_ERROR' ? 404 : (STATUSES[code] ?? 502);
	error(status, message, { code, requestId });
}
