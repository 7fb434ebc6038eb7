/**
 * The front door: one origin for the console's pages and the API behind it.
 *
 *     HOST, PORT, API_URL        where it listens (127.0.0.1:3000) and where the API is (http://127.0.0.1:8000)
 *     TRUST_PROXY=1              forwarded headers come from a gateway of ours; otherwise they are overwritten
 *     BODY_LIMIT_BYTES           the longest request body, 1 MiB
 */
import http from 'node:http';
import { createProxyServer } from 'httpxy';
import { compressed } from './server/compress.js';
import { forwarded } from './server/forwarded.js';
import { limited } from './server/limit.js';

const API_URL = process.env.API_URL ?? 'http://127.0.0.1:8000';
const HOST = process.env.HOST ?? '127.0.0.1';
const PORT = Number(process.env.PORT ?? 3000);
const TRUST_PROXY = process.env.TRUST_PROXY === '1';
const BODY_LIMIT = Number(process.env.BODY_LIMIT_BYTES ?? 1 << 20);
const SHUTDOWN_MS = 5_000;

process.env.PROTOCOL_HEADER = 'x-forwarded-proto';
process.env.ADDRESS_HEADER = 'x-forwarded-for';
process.env.BODY_SIZE_LIMIT = String(BODY_LIMIT);
const { handler } = await import(new URL('./build/handler.js', import.meta.url).href);

const proxy = createProxyServer({ target: API_URL, xfwd: false, changeOrigin: false, proxyTimeout: 30_000 });
const sockets = createProxyServer({ target: API_URL, xfwd: false, changeOrigin: false });

proxy.on('error', (error, req, res) => {
	log('proxy', req, error);
	if (!res || !('writeHead' in res) || res.headersSent) return res?.destroy?.();
	const fault = { message: 'The API cannot be reached', extensions: { code: 'UNAVAILABLE' } };
	res
		.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1', 'cache-control': 'no-store' })
		.end(JSON.stringify({ errors: [fault] }));
});
sockets.on('error', (error, req, socket) => {
	log('socket', req, error);
	socket?.destroy?.();
});

function log(at, req, error) {
	const path = req?.url?.split('?')[0];
	console.error(
		JSON.stringify({
			level: 'error',
			at,
			path,
			error: error instanceof Error ? error.message : String(error)
		})
	);
}

const API_PATH = /^\/(?:graphql|health|livez|readyz)$|^\/(?:api|admin)(?:\/|$)/;

const server = http.createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, (req, res) => {
	forwarded(req, TRUST_PROXY);
	if (!limited(req, res, BODY_LIMIT)) return;
	if (API_PATH.test(req.url.split('?')[0])) return void proxy.web(req, res).catch(() => {});
	compressed(req, res);
	handler(req, res, () => res.writeHead(404).end());
});

server.on('upgrade', (req, socket, head) => {
	socket.on('error', () => socket.destroy());
	if (req.url.split('?')[0] !== '/graphql') {
		return socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
	}
	forwarded(req, TRUST_PROXY);
	sockets.ws(req, socket, {}, head).catch(() => socket.destroy());
});

server.listen(PORT, HOST, () => {
	console.log(
		`Rollcall console on http://${HOST === '127.0.0.1' ? 'localhost' : HOST}:${server.address().port}`
	);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
	process.once(signal, () => {
		server.close(() => process.exit(0));
		server.closeIdleConnections();
		setTimeout(() => process.exit(0), SHUTDOWN_MS).unref();
	});
}
