/** What the front door answers itself, in the shape that the path's own answers have. */
import { STATUS_CODES } from 'node:http';

/** @type {Record<number, [code: string, message: string]>} */
const REASONS = {
	400: ['MALFORMED_REQUEST', 'The request cannot be understood'],
	404: ['NOT_FOUND', 'There is nothing here'],
	408: ['REQUEST_TIMEOUT', 'The request took too long to arrive'],
	413: ['PAYLOAD_TOO_LARGE', 'The body is too large'],
	414: ['URI_TOO_LONG', 'The address is too long'],
	421: ['MISDIRECTED_REQUEST', 'Rollcall does not answer to this host: set PUBLIC_URL to use it'],
	431: ['HEADERS_TOO_LARGE', 'The headers are too long'],
	500: ['INTERNAL_ERROR', 'Internal error'],
	503: ['UNAVAILABLE', 'The API cannot be reached']
};
/** After these the rest of the request is not worth reading. */
const ENDING = new Set([400, 408, 413, 414, 421, 431]);
const LINGER_MS = 1_000;

/** What every answer has that the door gives or passes on from the console, unless the page says otherwise. */
const SAFE = {
	'x-content-type-options': 'nosniff',
	'x-frame-options': 'DENY',
	'referrer-policy': 'same-origin',
	'cross-origin-opener-policy': 'same-origin',
	'cross-origin-resource-policy': 'same-origin',
	'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'
};
const NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** Static files: the service worker fetches, the icon has styles of its own. */
const FILE = `${NOTHING}; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'`;

/** Static files whose names stay the same when their content changes. */
const STATIC = /^\/(?:favicon\.svg|manifest\.webmanifest|robots\.txt|error\.css)(?:\?|$)/;
const STATIC_KEPT = 'public, max-age=86400';

/**
 * The headers of a file, a redirect or an error of the console's, which its pages overwrite with theirs.
 * @param {import('node:http').ServerResponse} res
 */
export function guarded(res) {
	// A browser asks for the icon at each navigation, even of a page that stays, unless it may keep it.
	if (STATIC.test(res.req.url ?? '')) res.setHeader('cache-control', STATIC_KEPT);
	for (const [name, value] of Object.entries({ ...SAFE, 'content-security-policy': FILE }))
		res.setHeader(name, value);
	if (res.req.headers['x-forwarded-proto'] === 'https')
		res.setHeader('strict-transport-security', 'max-age=31536000; includeSubDomains');
}

/**
 * To the address as it should be; a form is sent there again.
 * @param {import('node:http').ServerResponse} res
 * @param {string} location
 */
export function redirect(res, location) {
	guarded(res);
	res.writeHead(307, { location, 'cache-control': 'no-store' }).end();
}

/**
 * @param {import('node:http').ServerResponse} res
 * @param {number} status
 * @param {string} path
 */
export function refusal(res, status, path) {
	const { headers, body } = refused(status, path, String(res.req.headers['x-request-id'] ?? ''));
	guarded(res);
	for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
	res.setHeader('content-length', Buffer.byteLength(body));
	res.writeHead(status);
	if (!ENDING.has(status) || res.req.complete) return void res.end(body);
	// Node closes the connection at the end of the response. To close while a body still comes would reset it, and the
	// response could be lost on its way: a gateway then says that nothing is behind it.
	res.write(body);
	const end = () => res.end();
	res.req.once('close', end).once('end', end).resume();
	setTimeout(end, LINGER_MS).unref();
}

/**
 * The same for a connection that has no answer to write to: a handshake, or what is no request.
 * @param {import('node:stream').Duplex} socket
 * @param {number} status
 * @param {string} [path]
 */
export function socketRefusal(socket, status, path = '') {
	const { headers, body } = refused(status, path, '');
	const all = { ...SAFE, ...headers, connection: 'close', 'content-length': Buffer.byteLength(body) };
	const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
	socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n'));
	// To close while more comes would reset the connection, and the answer could be lost on its way.
	socket.resume();
	setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

/**
 * @param {number} status
 * @param {string} path
 * @param {string} requestId
 */
function refused(status, path, requestId) {
	const [code = '', message = ''] = REASONS[status] ?? [];
	/** @type {Record<string, string>} */
	const headers = {
		'content-type': 'application/json',
		'cache-control': 'no-store',
		'content-security-policy': NOTHING
	};
	if (status === 503) headers['retry-after'] = '1';
	if (ENDING.has(status)) headers.connection = 'close';
	return { headers, body: JSON.stringify(shaped(path, code, message, requestId)) };
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
	return { status: code === 'UNAVAILABLE' ? 'unavailable' : 'refused', code, message };
}
