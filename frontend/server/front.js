/** The front door: passes the API's paths on, has the console answer the others, and shuts down in good order. */
import http from 'node:http';
import { compressed } from './compress.js';
import { forwarded } from './forwarded.js';
import { hostFault } from './hosts.js';
import { escapedPath } from './paths.js';
import { guarded, redirect, refusal, socketRefusal } from './refusals.js';
import { createUpstream } from './upstream.js';

const API_PATH =
	/^\/(?:graphql|health|livez|readyz|\.well-known\/(?:jwks\.json|oauth-authorization-server))$|^\/(?:api|admin|oauth)(?:\/|$)/;
const IMPORT_PATH = '/api/v1/users/import';
const SOCKET_PATH = '/graphql';
const IDLE_CHECK_MS = 50;
/** A request is whole, or has its answer, within 15 s; connections are looked through twice a second. */
const LIMITS = {
	headersTimeout: 5_000,
	bodyTimeout: 14_000,
	/** For a file of users, as long as the API takes for one; a part of it that stays away is refused there. */
	requestTimeout: 310_000,
	connectionsCheckingInterval: 500,
	/** From an answer to the next request's headers; node waits for ever where blank lines come. */
	nextTimeout: 10_000,
	maxHeaderSize: 16_384
};

/**
 * @typedef {object} Options
 * @property {string} apiUrl
 * @property {(req: http.IncomingMessage, res: http.ServerResponse, next: () => void) => unknown} pages
 * @property {import('node:net').BlockList} trusted gateways of ours
 * @property {string} [token] vouches to the API for what is said about the visitor
 * @property {Set<string> | null} [hosts] the only ones that are answered to
 * @property {Partial<typeof LIMITS>} [limits] times in ms, sizes in bytes
 * @property {number} bodyLimit bytes
 * @property {number} [importLimit] bytes of a file of users
 * @property {(entry: Record<string, unknown>) => void} log
 */

/** @typedef {Error & { code?: string, rawPacket?: Buffer }} ClientError */

/**
 * Whether a request is a WebSocket's handshake (RFC 6455, section 4.1): a GET without a body.
 * @param {http.IncomingMessage} req
 */
function isHandshake({ method, headers, httpVersion }) {
	const body = Number(headers['content-length'] ?? 0) !== 0 || 'transfer-encoding' in headers;
	return headers.upgrade?.toLowerCase() === 'websocket' && method === 'GET' && httpVersion === '1.1' && !body;
}

/**
 * @param {ClientError} error
 * @param {import('node:stream').Duplex} socket
 */
function statusOf({ code, rawPacket }, socket) {
	if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408;
	if (code !== 'HPE_HEADER_OVERFLOW') return 400;
	const first = 'bytesRead' in socket && socket.bytesRead === rawPacket?.length;
	return first && rawPacket && !rawPacket.subarray(0, LIMITS.maxHeaderSize).includes('\n') ? 414 : 431;
}

/** @param {Options} options */
export function createFrontServer({
	apiUrl,
	pages,
	trusted,
	token,
	hosts = null,
	limits,
	bodyLimit,
	importLimit = bodyLimit,
	log
}) {
	const upstream = createUpstream(apiUrl, token, log);
	/** @type {Set<import('node:stream').Duplex>} */
	const upgraded = new Set();
	const { bodyTimeout, nextTimeout } = { ...LIMITS, ...limits };
	/**
	 * How many answers are being made for a connection, and when it is to end after the last.
	 * @type {WeakMap<import('node:stream').Duplex, { answers: number, end?: NodeJS.Timeout }>}
	 */
	const connections = new WeakMap();

	/** @param {import('node:stream').Duplex} socket */
	function connectionOf(socket) {
		const connection = connections.get(socket) ?? { answers: 0 };
		connections.set(socket, connection);
		clearTimeout(connection.end);
		return connection;
	}

	/** @param {http.ServerResponse} res */
	function begun(res) {
		const { socket } = res.req;
		const connection = connectionOf(socket);
		connection.answers += 1;
		res.once('close', () => {
			connection.answers -= 1;
			if (connection.answers === 0 && !socket.destroyed)
				connection.end = setTimeout(() => socket.destroy(), nextTimeout).unref();
		});
	}

	/**
	 * Node's own limit is the same for every request.
	 * @param {http.IncomingMessage} req
	 * @param {http.ServerResponse} res
	 */
	function bodyInTime(req, res) {
		if (!('transfer-encoding' in req.headers) && !Number(req.headers['content-length'] ?? 0)) return;
		const late = setTimeout(() => req.complete || req.socket.destroy(), bodyTimeout).unref();
		res.once('close', () => req.complete && clearTimeout(late));
	}

	const server = http.createServer(
		{
			...LIMITS,
			...limits,
			// Node's own refusal would have none of our headers (see hosts.js).
			requireHostHeader: false,
			// Anything else that somebody would like to upgrade to is answered as the plain request it is as well.
			shouldUpgradeCallback: isHandshake
		},
		(req, res) => {
			const path = req.url?.split('?')[0] ?? '';
			begun(res);
			const fault = /^\/(?!\/)/.test(path) ? hostFault(req, hosts) : 400;
			if (fault) return refusal(res, fault, path);
			forwarded(req, trusted);
			if (path !== IMPORT_PATH) bodyInTime(req, res);
			const longest = path === IMPORT_PATH ? importLimit : bodyLimit;
			if (Number(req.headers['content-length'] ?? 0) > longest) return refusal(res, 413, path);
			if (API_PATH.test(path)) return upstream.request(req, res);
			const escaped = escapedPath(path);
			if (escaped) return redirect(res, escaped + (req.url ?? '').slice(path.length));
			compressed(req, res);
			guarded(res);
			void page(req, res);
		}
	);

	/**
	 * @param {http.IncomingMessage} req
	 * @param {http.ServerResponse} res
	 */
	async function page(req, res) {
		try {
			await pages(req, res, () => refusal(res, 404, ''));
		} catch (error) {
			log({ at: 'page', path: req.url?.split('?')[0], error: String(error) });
			if (res.headersSent) res.destroy();
			else refusal(res, 500, '');
		}
	}

	server.on('upgrade', (req, socket, head) => {
		connectionOf(socket);
		upgraded.add(socket);
		socket.once('close', () => upgraded.delete(socket));
		socket.on('error', () => socket.destroy());
		const path = req.url?.split('?')[0] ?? '';
		const fault = hostFault(req, hosts) ?? (path === SOCKET_PATH ? null : 404);
		if (fault) return socketRefusal(socket, fault, path);
		forwarded(req, trusted, true);
		upstream.upgrade(req, socket, head);
	});

	// Node would close the connection without an answer.
	server.on('connect', (_req, socket) => {
		connectionOf(socket);
		socket.on('error', () => socket.destroy());
		socketRefusal(socket, 400);
	});

	server.on('clientError', (/** @type {ClientError} */ error, socket) => {
		if (error.code === 'ECONNRESET' || !socket.writable || connections.get(socket)?.answers)
			return socket.destroy();
		socketRefusal(socket, statusOf(error, socket));
	});

	/**
	 * Takes no more, lets running requests finish for so long, and ends sockets at once: their clients know how to
	 * come back.
	 * @param {number} graceMs
	 */
	function stop(graceMs) {
		return new Promise((resolve) => {
			// A connection that is kept alive is idle only once its answer is out.
			const sweep = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
			const force = setTimeout(() => {
				for (const socket of upgraded) socket.destroy();
				server.closeAllConnections();
			}, graceMs);
			server.close(() => {
				clearInterval(sweep);
				clearTimeout(force);
				upstream.close();
				resolve(undefined);
			});
			for (const socket of upgraded) socket.end();
		});
	}

	return { server, stop };
}
