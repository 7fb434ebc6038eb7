/** Who the visitor is, for those behind the front door: never what the visitor claims. */

const CLAIMS = [
	'x-forwarded-for',
	'x-forwarded-host',
	'x-forwarded-port',
	'x-forwarded-proto',
	'forwarded',
	'x-real-ip'
];

/**
 * Overwrites the forwarded headers with what this server sees; behind a gateway that is trusted, adds to them.
 * @param {import('node:http').IncomingMessage} req
 * @param {boolean} trusted
 */
export function forwarded(req, trusted) {
	const { headers, socket } = req;
	const peer = socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
	if (!trusted) for (const name of CLAIMS) delete headers[name];
	const before = headers['x-forwarded-for'];
	headers['x-forwarded-for'] = before ? `${before}, ${peer}` : peer;
	headers['x-forwarded-proto'] ??= 'encrypted' in socket && socket.encrypted ? 'https' : 'http';
	headers['x-forwarded-host'] ??= headers.host;
}
