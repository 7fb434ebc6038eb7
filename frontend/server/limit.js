/** The longest body, whether its length was announced or not. */

/**
 * Answers 413 to an announced body that is too long, and cuts off one that grows too long.
 * @param {import('node:http').IncomingMessage} req
 * @param {import('node:http').ServerResponse} res
 * @param {number} limit bytes
 * @returns {boolean} whether the request may go on
 */
export function limited(req, res, limit) {
	if (Number(req.headers['content-length'] ?? 0) > limit) {
		const body = JSON.stringify({
			errors: [{ message: 'The body is too large', extensions: { code: 'PAYLOAD_TOO_LARGE' } }]
		});
		res.writeHead(413, { 'content-type': 'application/json', connection: 'close' }).end(body);
		return false;
	}
	if (req.headers['transfer-encoding']) {
		let size = 0;
		const emit = req.emit;
		// Counted where the chunks pass, without taking them from whoever reads the body.
		req.emit = function (event, ...given) {
			if (event === 'data') {
				size += given[0].length;
				if (size > limit) {
					req.destroy();
					return false;
				}
			}
			return emit.call(this, event, ...given);
		};
	}
	return true;
}
