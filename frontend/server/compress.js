/** Compresses the pages: they are made for each visitor, and most of their length is repetition. */
import { constants, createBrotliCompress, createGzip, createZstdCompress } from 'node:zlib';

const TYPES = /^(?:text\/html|application\/json|text\/csv|text\/sveltekit-data)/;
const SMALL = 1_024;
/** Codings that are read of one header; no client names as many. */
const CODINGS_MAX = 32;
/**
 * What clients accept, best first: of a page of 140 kB zstd takes 0.3 ms and leaves 20 kB, brotli at half its usual
 * quality 0.8 ms and 21 kB. The window is as long as a page, and so is what each answer keeps in memory.
 * @type {[name: string, coder: () => import('node:stream').Transform][]}
 */
const CODINGS = [
	['zstd', () => createZstdCompress({ params: ZSTD })],
	['br', () => createBrotliCompress({ params: BROTLI })],
	['gzip', () => createGzip({ level: 5 })]
];
/** In blocks as long as a packet, for a block is decoded once all of it has come; node has no name for that one (130). */
const ZSTD = { [constants.ZSTD_c_windowLog]: 18, 130: 1_340 };
const BROTLI = { [constants.BROTLI_PARAM_QUALITY]: 2, [constants.BROTLI_PARAM_LGWIN]: 18 };
/** Without a body, or with a part of one, which is not coded as a whole would be. */
const WITHOUT_BODY = new Set([204, 206, 304]);

/**
 * The codings that an Accept-Encoding header names with a weight above 0 (RFC 9110, section 12.5.3).
 * @param {string} header
 */
function codings(header) {
	const parts = header.toLowerCase().split(',', CODINGS_MAX);
	const weighed = parts.map((part) => {
		const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim());
		const weight = parameters.find((parameter) => parameter.startsWith('q='));
		return { name, weight: weight === undefined ? 1 : Number(weight.slice(2)) };
	});
	return new Set(weighed.filter(({ weight }) => weight > 0).map(({ name }) => name));
}

/**
 * Wraps an answer so that its body is compressed as the client accepts it. Static files come compressed already.
 * @param {import('node:http').IncomingMessage} req
 * @param {import('node:http').ServerResponse} res
 */
export function compressed(req, res) {
	const accepted = codings(String(req.headers['accept-encoding'] ?? ''));
	const coding = CODINGS.find(([name]) => accepted.has(name));
	if (!coding || req.method === 'HEAD') return;
	const [name, create] = coding;
	const { writeHead, write, end } = res;
	/** @type {import('node:stream').Transform | null} */
	let coder = null;
	let decided = false;
	let room = false;

	const decide = () => {
		decided = true;
		const length = Number(res.getHeader('content-length') ?? Infinity);
		const fits = TYPES.test(String(res.getHeader('content-type') ?? '')) && length >= SMALL;
		if (!fits || res.hasHeader('content-encoding') || WITHOUT_BODY.has(res.statusCode)) return;
		res.removeHeader('content-length');
		res.removeHeader('etag');
		res.setHeader('content-encoding', name);
		res.appendHeader('vary', 'Accept-Encoding');
		coder = create();
		coder.on('data', (chunk) => {
			if (!Reflect.apply(write, res, [chunk])) coder?.pause();
		});
		coder.on('end', () => Reflect.apply(end, res, []));
		// The writer waits for room in the coder, the coder for room in the connection; one event serves both.
		coder.on('drain', () => {
			room = true;
			res.emit('drain');
			room = false;
		});
		res.on('drain', () => {
			if (!room) coder?.resume();
		});
		res.on('close', () => coder?.destroy());
	};

	/**
	 * @param {number} status
	 * @param {any[]} rest a reason and headers, each of which may be left out
	 */
	function writeHeadCoded(status, ...rest) {
		res.statusCode = status;
		for (const [name, value] of Object.entries(rest.find((given) => typeof given === 'object') ?? {}))
			if (value !== undefined) res.setHeader(name, value);
		if (!decided) decide();
		return writeHead.call(res, status);
	}

	/** @param {any[]} rest */
	function writeCoded(...rest) {
		if (!res.headersSent) res.writeHead(res.statusCode);
		return Reflect.apply(coder ? coder.write : write, coder ?? res, rest);
	}

	/** @param {any[]} rest */
	function endCoded(...rest) {
		if (!res.headersSent) res.writeHead(res.statusCode);
		if (!coder) return Reflect.apply(end, res, rest);
		coder.end(typeof rest[0] === 'function' ? undefined : rest[0]);
		return res;
	}

	Object.assign(res, { writeHead: writeHeadCoded, write: writeCoded, end: endCoded });
}
