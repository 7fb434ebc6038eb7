/** Compresses the pages: they are made for each visitor, and most of their length is repetition. */
import {
	brotliCompressSync,
	constants,
	createBrotliCompress,
	createGzip,
	createZstdCompress,
	gzipSync,
	zstdCompressSync
} from 'node:zlib';

/**
 * A request has a function under this name if its page may be handed over as text, in pieces, instead of as the body of
 * its answer: that body would be copied twice and read as a stream, and the coder would run in another thread, block by block.
 */
export const PAGE = Symbol.for('rollcall.page');

const TYPES = /^(?:text\/html|application\/json|text\/csv|text\/sveltekit-data)/;
const SMALL = 1_024;
/** Codings that are read of one header; no client names as many. */
const CODINGS_MAX = 32;
/** A longer page is streamed: the others would wait for it. In bytes, which a character has three of at most. */
const WHOLE_MAX = 2 ** 20;
/** A page is coded from here before anything else runs. */
const whole = Buffer.allocUnsafeSlow(WHOLE_MAX);
/**
 * What clients accept, best first. Of a page of 193 kB zstd leaves 29 kB at level 1, and 27.5 kB at level 3 in half as much
 * time again; brotli takes longer than either at half its usual quality. The window is as long as a page, and so is what each
 * answer keeps in memory.
 * @type {[name: string, coder: () => import('node:stream').Transform, once: (body: Buffer) => Buffer][]}
 */
const CODINGS = [
	[
		'zstd',
		() => createZstdCompress({ params: ZSTD }),
		(body) => zstdCompressSync(body, { params: ZSTD, chunkSize: CHUNK })
	],
	[
		'br',
		() => createBrotliCompress({ params: BROTLI }),
		(body) => brotliCompressSync(body, { params: BROTLI, chunkSize: CHUNK })
	],
	['gzip', () => createGzip({ level: 5 }), (body) => gzipSync(body, { level: 5, chunkSize: CHUNK })]
];
/** Room for a page once it is coded, in bytes. */
const CHUNK = 65_536;
/** In blocks as long as a packet, for a block is decoded once all of it has come; node has no name for that one (130). */
const ZSTD = { [constants.ZSTD_c_windowLog]: 18, [constants.ZSTD_c_compressionLevel]: 1, 130: 1_340 };
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
 * @param {readonly string[]} parts
 * @returns {Buffer} valid until the next page
 */
function encoded(parts) {
	let length = 0;
	for (const part of parts) length += whole.write(part, length);
	return whole.subarray(0, length);
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
	const [name, create, once] = coding;
	const { writeHead, write, end } = res;
	/** @type {import('node:stream').Transform | null} */
	let coder = null;
	let decided = false;
	let room = false;
	/** @type {readonly string[] | null} */
	let page = null;
	// A function that is written where it is assigned to a property is allocated in V8's old generation, and keeps the request,
	// its answer and its page until a full collection.
	const take = (/** @type {readonly string[]} */ parts) => {
		const fits = parts.reduce((length, part) => length + part.length, 0) * 3 <= WHOLE_MAX;
		if (fits) page = parts;
		return fits;
	};
	/** @type {typeof req & { [PAGE]?: typeof take }} */ (req)[PAGE] = take;

	const coded = () => {
		res.setHeader('content-encoding', name);
		res.appendHeader('vary', 'Accept-Encoding');
	};

	const decide = () => {
		decided = true;
		const length = Number(res.getHeader('content-length') ?? Infinity);
		const fits = TYPES.test(String(res.getHeader('content-type') ?? '')) && length >= SMALL;
		if (!fits || res.hasHeader('content-encoding') || WITHOUT_BODY.has(res.statusCode)) return;
		res.removeHeader('content-length');
		res.removeHeader('etag');
		coded();
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
		if (page) return res;
		if (!decided) decide();
		return writeHead.call(res, status);
	}

	/** @param {readonly string[]} parts */
	function endWithPage(parts) {
		page = null;
		const body = once(encoded(parts));
		coded();
		res.setHeader('content-length', body.length);
		writeHead.call(res, res.statusCode);
		return Reflect.apply(end, res, [body]);
	}

	/** @param {any[]} rest */
	function writeCoded(...rest) {
		// What has a body of its own is not the page: an error in its place.
		page = null;
		if (!res.headersSent) res.writeHead(res.statusCode);
		return Reflect.apply(coder ? coder.write : write, coder ?? res, rest);
	}

	/** @param {any[]} rest */
	function endCoded(...rest) {
		if (page && (rest[0] === undefined || rest[0] === null)) return endWithPage(page);
		page = null;
		if (!res.headersSent) res.writeHead(res.statusCode);
		if (!coder) return Reflect.apply(end, res, rest);
		coder.end(typeof rest[0] === 'function' ? undefined : rest[0]);
		return res;
	}

	Object.assign(res, { writeHead: writeHeadCoded, write: writeCoded, end: endCoded });
}
