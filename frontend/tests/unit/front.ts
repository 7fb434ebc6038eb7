/** A front door over an API of the test's own, and raw ways to knock. */
import http from 'node:http';
import net, { type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { createFrontServer } from '../../server/front.js';
import { proxies } from '../../server/forwarded.js';

type Handler = (req: http.IncomingMessage, res: http.ServerResponse) => void;

export interface Stand {
	port: number;
	url: string;
	front: ReturnType<typeof createFrontServer>;
	api: http.Server;
	/** What came through to the API. */
	seen: http.IncomingMessage[];
	logged: Record<string, unknown>[];
}

const port = (server: http.Server) => (server.address() as AddressInfo).port;
const listen = (server: http.Server) =>
	new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));

export interface Given {
	api?: Handler;
	pages?: Handler;
	trusted?: string;
	token?: string;
	hosts?: Set<string>;
	limits?: Parameters<typeof createFrontServer>[0]['limits'];
	upgrade?: (req: http.IncomingMessage, socket: Socket) => void;
}

const echo: Handler = (req, res) => {
	const parts: Buffer[] = [];
	req.on('data', (part) => parts.push(part));
	req.on('end', () => {
		res.setHeader('content-type', 'application/json');
		res.end(JSON.stringify({ url: req.url, headers: req.headers, body: Buffer.concat(parts).toString() }));
	});
};

export async function stand({
	api = echo,
	pages,
	trusted,
	token,
	hosts,
	limits,
	upgrade
}: Given = {}): Promise<Stand> {
	const seen: http.IncomingMessage[] = [];
	const logged: Record<string, unknown>[] = [];
	const server = http.createServer((req, res) => {
		seen.push(req);
		api(req, res);
	});
	if (upgrade)
		server.on('upgrade', (req, socket) => {
			seen.push(req);
			upgrade(req, socket as Socket);
		});
	await listen(server);
	const front = createFrontServer({
		apiUrl: `http://127.0.0.1:${port(server)}`,
		pages: pages ?? ((req, res) => void res.end(`page ${req.url}`)),
		trusted: proxies(trusted),
		token,
		hosts,
		limits,
		bodyLimit: 1024,
		log: (entry) => logged.push(entry)
	});
	await listen(front.server);
	onTestFinished(async () => {
		await front.stop(0);
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	});
	return {
		port: port(front.server),
		url: `http://127.0.0.1:${port(front.server)}`,
		front,
		api: server,
		seen,
		logged
	};
}

/** Sends bytes as they are and reads until the other side ends. */
export function raw(to: number, text: string): Promise<string> {
	return new Promise((resolve, reject) => {
		const socket = net.connect(to, '127.0.0.1', () => socket.write(text));
		let answer = '';
		socket.on('data', (chunk) => (answer += chunk));
		socket.on('close', () => resolve(answer));
		socket.on('error', reject);
	});
}

/** A connection that is open until the test ends it; `text` is what came so far. */
export async function knock(to: number, text: string): Promise<{ socket: Socket; text: () => string }> {
	const socket = net.connect(to, '127.0.0.1');
	let answer = '';
	socket.on('data', (chunk) => (answer += chunk));
	socket.on('error', () => {});
	await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
	socket.write(text);
	onTestFinished(() => void socket.destroy());
	return { socket, text: () => answer };
}

export async function until(condition: () => boolean): Promise<void> {
	const end = Date.now() + 60_000;
	while (!condition()) {
		if (Date.now() > end) throw new Error('it never came true');
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}

/** Waits until a number has stood still for long enough that nothing is on its way any more; fails if it never does. */
export async function still(number: () => number): Promise<number> {
	let [before, since] = [number(), Date.now()];
	await until(() => {
		if (number() !== before || before === 0) [before, since] = [number(), Date.now()];
		return Date.now() - since > 500;
	});
	return before;
}

export const UPGRADE = [
	'GET /graphql HTTP/1.1',
	'host: console.example',
	'connection: upgrade',
	'upgrade: websocket',
	'sec-websocket-version: 13',
	'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
	'',
	''
].join('\r\n');
