/** What the front door answers itself, in the shape that the path's own answers have. */

/** @type {Record<number, [code: string, message: string]>} */
const REASONS = {
	400: ['MALFORMED_REQUEST', 'The request cannot be understood'],
	404: ['NOT_FOUND', 'There is nothing here'],
	413: ['PAYLOAD_TOO_LARGE', 'The body is too large'],
	500: ['INTERNAL_ERROR', 'Internal error'],
	503: ['UNAVAILABLE', 'The API cannot be reached']
};
/** After these the rest of the request is not worth reading. */
const ENDING = new Set([400, 413]);

/**
 * @param {import('node:http').ServerResponse} res
 * @param {number} status
 * @param {string} path
 */
export function refusal(res, status, path) {
	const [code = '', message = ''] = REASONS[status] ?? [];
	const body = JSON.stringify(shaped(path, code, message, String(res.req.headers['x-request-id'] ?? '')));
	res.setHeader('content-type', 'application/json');
	res.setHeader('cache-control', 'no-store');
	if (status === 503) res.setHeader('retry-after', '1');
	if (ENDING.has(status)) res.setHeader('connection', 'close');
	res.writeHead(status).end(body);
}

/**
 * @param {string} path
 * @param {string} code
 * @param {string} message
 * @param {string} requestId
 */
function shaped(path, code, message, requestId) {
	if (path === '/graphql') return { errors: [{ message, extensions: { code, requestId } }] };
	if (/^\/(?:api|admin)/.test(path)) {
		const details = { request_id: requestId };
		return { success: false, error: { code, message, details }, timestamp: new Date().toISOString() };
	}
	return { status: 'unavailable', message };
}
