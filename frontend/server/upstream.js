/** The API behind the front door: requests over connections that are kept, sockets over one each. */
import http from 'node:http';
import { createProxyServer } from 'httpxy';
import { refusal, socketRefusal } from './refusals.js';

/** Shorter than the server behind keeps an idle connection, so that none is used just as it is closed. */
const KEPT_MS = 4_000;
/** How long nothing may move between the API and a client before the request is given up. */
const STILL_MS = 30_000;
const UPGRADE_MS = 10_000;

/**
 * @param {string} target
 * @param {string | undefined} token
 * @param {(entry: Record<string, unknown>) => void} log
 */
export function createUpstream(target, token, log) {
	const agent = new http.Agent({ keepAlive: true, maxSockets: 256, maxFreeSockets: 64, timeout: KEPT_MS });
	/** @type {Record<string, string>} */
	const headers = token ? { 'x-proxy-token': token } : {};
	const requests = createProxyServer({ target, headers, agent, proxyTimeout: STILL_MS });
	const sockets = createProxyServer({ target, headers, upgradeTimeout: UPGRADE_MS });

	requests.on('error', (error, req, res) => {
		const path = req?.url?.split('?')[0] ?? '';
		log({ at: 'proxy', path, requestId: req?.headers['x-request-id'], error: error.message });
		if (!res || !('writeHead' in res) || res.headersSent) return void res?.destroy?.();
		refusal(res, 503, path);
	});
	sockets.on('error', (error, req, socket) => {
		log({ at: 'socket', requestId: req?.headers['x-request-id'], error: error.message });
		// Before the upgrade nothing was answered yet; the proxy ends the socket after this.
		if (socket && 'bytesWritten' in socket && !socket.bytesWritten && socket.writable)
			socketRefusal(socket, 503, '/graphql');
	});
	sockets.on('proxyReqWs', (upgrade, _req, socket) => {
		// A pipe ends what it leads to only when it comes to an end itself, not when it is cut off.
		upgrade.on('upgrade', (_answer, behind) => {
			socket.once('close', () => behind.destroy());
			behind.once('close', () => socket.destroySoon());
		});
	});

	return {
		/**
		 * @param {http.IncomingMessage} req
		 * @param {http.ServerResponse} res
		 */
		request(req, res) {
			requests.web(req, res).catch(() => res.destroy());
		},
		/**
		 * @param {http.IncomingMessage} req
		 * @param {import('node:stream').Duplex} socket
		 * @param {Buffer} head
		 */
		upgrade(req, socket, head) {
			const connection = /** @type {import('node:net').Socket} */ (socket);
			sockets.ws(req, connection, {}, head).catch(() => socket.destroy());
		},
		close: () => agent.destroy()
	};
}
