/** What the door answers itself has every header, and no connection waits for ever. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { hostName, servedHosts } from '../../server/hosts.js';
import { UPGRADE, knock, raw, stand, until } from './front.ts';

const SAFE = [
	'x-content-type-options: nosniff',
	'x-frame-options: DENY',
	'referrer-policy: ',
	'cross-origin-resource-policy: same-origin',
	"content-security-policy: default-src 'none'"
];
const GET = (path: string, ...headers: string[]) =>
	[`GET ${path} HTTP/1.1`, 'host: localhost', ...headers, 'connection: close', '', ''].join('\r\n');
const POST = GET('/people').replace('GET', 'POST');
const handshake = (...changed: [string, string]) => UPGRADE.replace(...changed);
const disconnect = (socket: import('node:net').Socket) => socket.destroy();
const hosts = new Set(['localhost']);
const long = 'x'.repeat(17_000);

describe('every answer has the safe headers', () => {
	test.each<[name: string, status: number, text: string]>([
		['a page or a file', 200, GET('/people')],
		['a redirect', 303, GET('/moved')],
		['a page that fails', 500, GET('/broken')],
		['a page that is not there', 404, GET('/nothing')],
		['a target that is no path', 400, GET('http://localhost/people')],
		['no host', 400, GET('/people').replace('host: localhost\r\n', '')],
		['a tunnel', 400, GET('localhost:443').replace('GET', 'CONNECT')],
		['two hosts', 400, GET('/people', 'host: localhost')],
		['a foreign host', 421, GET('/people').replace('localhost', 'evil.example')],
		['a foreign host of the API', 421, GET('/graphql').replace('localhost', 'evil.example')],
		['a long body', 413, GET('/people', 'content-length: 9999')],
		['a long address', 414, GET(`/${long}`)],
		['a long header', 431, GET('/people', `a: ${long}`)],
		['many headers', 431, GET('/people', ...Array.from({ length: 4_000 }, () => 'a: b'))],
		['what is no request', 400, 'hello\r\n\r\n'],
		['a request that does not end', 408, 'GET /people HTTP/1.1\r\nhost: loc'],
		['an unavailable API', 503, GET('/graphql')],
		['a handshake while the API is unavailable', 503, handshake('console.example', 'localhost')],
		['a handshake elsewhere', 404, handshake('/graphql', '/people').replace('console.example', 'localhost')],
		['a handshake for a foreign host', 421, UPGRADE],
		[
			'a handshake by POST',
			200,
			POST.replace('connection: close', 'connection: upgrade, close\r\nupgrade: websocket')
		]
	])('%s: %i', async (_name, status, text) => {
		const { port, api } = await stand({
			hosts,
			limits: { headersTimeout: 200, connectionsCheckingInterval: 20 },
			upgrade: (_, socket) => disconnect(socket),
			pages: (req, res) => {
				if (req.url === '/broken') throw new Error('broken');
				res.statusCode = { '/moved': 303, '/nothing': 404 }[req.url ?? ''] ?? 200;
				res.end('page');
			}
		});
		api.removeAllListeners('request').on('request', (req) => disconnect(req.socket));
		const answer = await raw(port, text);
		expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
		for (const header of SAFE) expect(answer.toLowerCase()).toContain(header.toLowerCase());
		expect(answer.match(/^content-security-policy:/gim)).toHaveLength(1);
	});

	test('and a page keeps its own', async () => {
		const { url } = await stand({
			pages: (_req, res) => {
				res.setHeader('content-security-policy', "default-src 'self'");
				res.end('page');
			}
		});
		expect((await fetch(url)).headers.get('content-security-policy')).toBe("default-src 'self'");
	});
});

describe('a connection that was answered', () => {
	const limits = { nextTimeout: 200, connectionsCheckingInterval: 20 };

	test('ends, whatever comes that is no request', async () => {
		const { port } = await stand({ limits });
		const { socket, text } = await knock(port, 'GET / HTTP/1.1\r\nhost: x\r\n\r\n');
		const drip = setInterval(() => socket.write('\r\n'), 20);
		onTestFinished(() => clearInterval(drip));
		await until(() => socket.closed);
		expect(text()).toContain('page /');
	});

	test('stays open while another answer is made', async () => {
		let finish = () => {};
		const { port } = await stand({
			limits,
			pages: (req, res) => {
				if (req.url === '/quick') res.end('quick');
				else finish = () => void res.end('slow');
			}
		});
		const request = (path: string) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;
		const { socket, text } = await knock(port, request('/quick') + request('/slow'));
		await until(() => text().includes('quick'));
		const other = await knock(port, request('/quick'));
		await until(() => other.socket.closed);
		expect(socket.closed).toBe(false);
		finish();
		await until(() => text().includes('slow'));
	});
});

describe('a body', () => {
	const limits = { bodyTimeout: 200, nextTimeout: 600_000, connectionsCheckingInterval: 20 };
	const post = (path: string, length: string) => `POST ${path} HTTP/1.1\r\nhost: x\r\n${length}\r\n\r\n`;

	test.each([
		['is too long', 413, 'x'],
		['comes for a foreign host', 421, 'evil.example']
	])('that %s is read on until its sender has the response', async (_, status, host) => {
		const { port } = await stand({ hosts: new Set(['x']) });
		const head = post('/people', 'content-length: 3000000').replace('host: x', `host: ${host}`);
		const { socket, text } = await knock(port, head);
		const errors: unknown[] = [];
		await until(() => text().startsWith(`HTTP/1.1 ${status} `));
		for (let part = 0; part < 3; part++) {
			errors.push(await new Promise((resolve) => socket.write('x'.repeat(1_000_000), resolve)));
		}
		await until(() => socket.closed);
		expect(errors.filter(Boolean)).toEqual([]);
	});

	test.each([
		['/graphql', 'content-length: 9'],
		['/people', 'transfer-encoding: chunked']
	])('of %s that stays away ends its connection (%s)', async (path, length) => {
		const { port } = await stand({ limits, pages: () => {} });
		const { socket } = await knock(port, post(path, length));
		await until(() => socket.closed);
	});

	test('of an answered request that stays away ends its connection', async () => {
		const { port } = await stand({ limits });
		const { socket, text } = await knock(port, post('/people', 'content-length: 9'));
		await until(() => socket.closed);
		expect(text()).toContain('page /people');
	});

	test('of a file of users may take its time', async () => {
		const { port } = await stand({ limits });
		const slow = await knock(port, post('/api/v1/users/import', 'content-length: 9'));
		const other = await knock(port, post('/graphql', 'content-length: 9'));
		await until(() => other.socket.closed);
		slow.socket.write('123456789');
		await until(() => slow.text().includes('"body":"123456789"'));
	});

	test('that came leaves its connection open', async () => {
		const { port } = await stand({ limits });
		const { socket, text } = await knock(port, post('/graphql', 'content-length: 1') + '1');
		await until(() => text().includes('"body":"1"'));
		const other = await knock(port, post('/graphql', 'content-length: 9'));
		await until(() => other.socket.closed);
		expect(socket.closed).toBe(false);
	});
});

describe('hosts', () => {
	test.each([
		['localhost:3000', 'localhost'],
		['LOCALHOST', 'localhost'],
		['[::1]:3000', '[::1]'],
		[':3000', ''],
		['', '']
	])('%s is %s', (host, name) => expect(hostName(host)).toBe(name));

	test.each(['127.0.0.1', 'localhost', '::1'])(
		'on %s it answers to local names and PUBLIC_URL',
		(address) => {
			const served = servedHosts(address, 'https://rollcall.example:8443')!;
			for (const name of ['localhost', '127.0.0.1', '[::1]', 'rollcall.example'])
				expect(served.has(name)).toBe(true);
			expect(served.has('evil.example')).toBe(false);
		}
	);

	test.each(['0.0.0.0', '::', '10.0.0.1', '127.evil.example'])('on %s it answers to every host', (address) =>
		expect(servedHosts(address)).toBeNull()
	);
});
