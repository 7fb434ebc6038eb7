/** The HTTP status of a code: of a form that was refused, and of a page that cannot be shown. */
import { isHttpError } from '@sveltejs/kit';
import { expect, test } from 'vitest';
import { formStatus, pageError } from '#lib/server/status.ts';

function pageStatus(code: string): unknown {
	try {
		return pageError(code, 'Why', 'request-7');
	} catch (error) {
		return isHttpError(error) && [error.status, error.body.code, error.body.requestId];
	}
}

test.each([
	['FORBIDDEN', 403, 403],
	['NOT_FOUND', 404, 404],
	['VERSION_CONFLICT', 409, 409],
	['EMAIL_TAKEN', 409, 409],
	['LAST_ADMIN', 409, 409],
	['RATE_LIMITED', 429, 429],
	['UNAVAILABLE', 503, 503],
	// What a form holds is the visitor's to mend; what a page asks for stands in its address.
	['VALIDATION_ERROR', 400, 404],
	['INVALID_CREDENTIALS', 400, 502],
	['INTERNAL_ERROR', 400, 502]
])('%s is %i for a form and %i for a page', (code, form, page) => {
	expect(formStatus(code)).toBe(form);
	expect(pageStatus(code)).toEqual([page, code, 'request-7']);
});
