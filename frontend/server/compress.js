/** Compresses the pages: they are made for each visitor, and most of their length is repetition. */
import { constants, createBrotliCompress, createGzip } from 'node:zlib';

const TYPES = /^(?:text\/html|application\/json|text\/csv|text\/sveltekit-data)/;
const SMALL = 1_024;

/**
 * Wraps an answer so that its body is compressed as the client accepts it. Static files come compressed already.
 * @param {import('node:http').IncomingMessage} req
 * @param {import('node:http').ServerResponse} res
 */
export function compressed(req, res) {
	const accepted = String(req.headers['accept-encoding'] ?? '');
	const encoding = /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : null;
	if (!encoding || req.method === 'HEAD') return;
	const { writeHead, write, end } = res;
	/** @type {import('node:stream').Transform | null} */
	let coder = null;
	let decided = false;

	const decide = () => {
		decided = true;
		const length = Number(res.getHeader('content-length') ?? Infinity);
		const fits = TYPES.test(String(res.getHeader('content-type') ?? '')) && length >= SMALL;
		if (!fits || res.hasHeader('content-encoding') || res.statusCode === 204 || res.statusCode === 304)
			return;
		res.removeHeader('content-length');
		res.removeHeader('etag');
		res.setHeader('content-encoding', encoding);
		res.appendHeader('vary', 'Accept-Encoding');
		coder =
			encoding === 'br'
				? createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })
				: createGzip({ level: 5 });
		coder.on('data', (chunk) => {
			if (!write.call(res, chunk)) coder?.pause();
		});
		coder.on('end', () => end.call(res));
		coder.on('drain', () => res.emit('drain'));
		res.on('drain', () => coder?.resume());
		res.on('close', () => coder?.destroy());
	};

	res.writeHead = function (status, ...rest) {
		res.statusCode = status;
		const headers = rest.at(-1);
		if (headers && typeof headers === 'object') {
			for (const [name, value] of Object.entries(headers))
				if (value !== undefined) res.setHeader(name, value);
		}
		if (!decided) decide();
		return writeHead.call(res, status);
	};
	res.write = function (chunk, ...rest) {
		if (!res.headersSent) res.writeHead(res.statusCode);
		return coder ? coder.write(chunk, ...rest) : write.call(res, chunk, ...rest);
	};
	res.end = function (chunk, ...rest) {
		if (!res.headersSent) res.writeHead(res.statusCode);
		if (!coder) return end.call(res, chunk, ...rest);
		coder.end(typeof chunk === 'function' ? undefined : chunk);
		return res;
	};
}
