/** What listens: tells the API's paths from the pages, and ends in good order. */
import http from 'node:http';
import { compressed } from './compress.js';
import { forwarded } from './forwarded.js';
import { refusal } from './refusals.js';
import { createUpstream } from './upstream.js';

const API_PATH = /^\/(?:graphql|health|livez|readyz)$|^\/(?:api|admin)(?:\/|$)/;
const SOCKET_PATH = '/graphql';
const IDLE_CHECK_MS = 50;

/**
 * @typedef {object} Options
 * @property {string} apiUrl
 * @property {(req: http.IncomingMessage, res: http.ServerResponse, next: () => void) => unknown} pages
 * @property {import('node:net').BlockList} trusted gateways of ours
 * @property {string} [token] vouches to the API for what is said about the visitor
 * @property {number} bodyLimit bytes
 * @property {(entry: Record<string, unknown>) => void} log
 */

/** @param {Options} options */
export function createDoor({ apiUrl, pages, trusted, token, bodyLimit, log }) {
	const upstream = createUpstream(apiUrl, token, log);
	/** @type {Set<import('node:stream').Duplex>} */
	const upgraded = new Set();

	const server = http.createServer(
		{
			headersTimeout: 10_000,
			requestTimeout: 30_000,
			// Anything else that somebody would like to upgrade to is answered as the plain request it is as well.
			shouldUpgradeCallback: (req) => req.headers.upgrade?.toLowerCase() === 'websocket'
		},
		(req, res) => {
			const path = req.url?.split('?')[0] ?? '';
			if (!/^\/(?!\/)/.test(path)) return refusal(res, 400, path);
			forwarded(req, trusted);
			if (Number(req.headers['content-length'] ?? 0) > bodyLimit) return refusal(res, 413, path);
			if (API_PATH.test(path)) return upstream.request(req, res);
			compressed(req, res);
			res.setHeader('x-content-type-options', 'nosniff');
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
		upgraded.add(socket);
		socket.once('close', () => upgraded.delete(socket));
		socket.on('error', () => socket.destroy());
		if (req.url?.split('?')[0] !== SOCKET_PATH) {
			return socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
		}
		forwarded(req, trusted);
		upstream.upgrade(req, socket, head);
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
