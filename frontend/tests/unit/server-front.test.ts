import http from 'node:http';
import { describe, expect, test } from 'vitest';
import { UPGRADE, knock, raw, stand, still, until } from './front.ts';

describe('the split', () => {
	test.each([
		'/graphql',
		'/graphql?x=1',
		'/api/v1/users',
		'/admin/x',
		'/health',
		'/livez',
		'/readyz',
		'/oauth/revoke',
		'/.well-known/jwks.json',
		'/.well-known/oauth-authorization-server'
	])('%s is for the API', async (path) => {
		const { url } = await stand();
		expect(await (await fetch(url + path)).json()).toMatchObject({ url: path });
	});

	test.each(['/', '/people', '/graphqlx', '/apis', '/metrics', '/healthy', '/%67raphql'])(
		'%s is a page',
		async (path) => {
			const { url, seen } = await stand();
			expect(await (await fetch(url + path)).text()).toBe(`page ${path}`);
			expect(seen).toHaveLength(0);
		}
	);

	test.each(['http://elsewhere.example/graphql', '//elsewhere.example/graphql', '*'])(
		'%s is refused',
		async (target) => {
			const { port, seen } = await stand();
			const answer = await raw(port, `OPTIONS ${target} HTTP/1.1\r\nhost: x\r\n\r\n`);
			expect(answer).toMatch(/^HTTP\/1.1 400 /);
			expect(seen).toHaveLength(0);
		}
	);

	test.each([
		['/people/%E0%A4%A', '/people/%25E0%25A4%25A'],
		['/%?q=%E0', '/%25?q=%E0']
	])('%s, which nothing can read, leads to %s', async (path, location) => {
		const { port } = await stand();
		const answer = await raw(port, `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
		expect(answer).toMatch(/^HTTP\/1.1 307 /);
		expect(answer).toContain(`location: ${location}\r\n`);
		expect(answer).toContain('x-content-type-options: nosniff');
	});

	test.each([
		['/favicon.svg', 'public, max-age=86400'],
		['/people', null],
		['/favicon.svgx', null]
	])('%s may be kept: %s', async (path, kept) => {
		const { url } = await stand();
		expect((await fetch(url + path)).headers.get('cache-control')).toBe(kept);
	});

	test('a page that fails is answered and told', async () => {
		const { url, logged } = await stand({
			pages: () => {
				throw new Error('broken');
			}
		});
		expect((await fetch(`${url}/people`)).status).toBe(500);
		expect(logged).toMatchObject([{ at: 'page', path: '/people', error: 'Error: broken' }]);
	});
});

describe('requests', () => {
	test('pass with their body, over a connection that is kept', async () => {
		const { url, api } = await stand();
		let connections = 0;
		api.on('connection', () => connections++);
		for (const body of ['one', 'two', 'three']) {
			const answer = await fetch(`${url}/graphql`, { method: 'POST', body });
			expect(await answer.json()).toMatchObject({ body });
		}
		expect(connections).toBe(1);
	});

	test('say who the visitor is, whatever the visitor says', async () => {
		const { url } = await stand({ token: 'secret' });
		const headers = { 'x-forwarded-for': '6.6.6.6', 'x-proxy-token': 'guess', 'x-request-id': 'request-1' };
		const answer = (await (await fetch(`${url}/graphql`, { headers })).json()) as { headers: unknown };
		expect(answer.headers).toMatchObject({
			'x-forwarded-for': '127.0.0.1',
			'x-forwarded-proto': 'http',
			'x-proxy-token': 'secret',
			'x-request-id': 'request-1',
			host: url.slice(7)
		});
	});

	test('of too great a length are refused in the shape of the path', async () => {
		const { url, seen } = await stand();
		const post = (path: string) => fetch(url + path, { method: 'POST', body: 'x'.repeat(2_000) });
		const graphql = await post('/graphql');
		expect(graphql.status).toBe(413);
		expect(await graphql.json()).toMatchObject({ errors: [{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }] });
		expect(await (await post('/api/v1/users')).json()).toMatchObject({
			success: false,
			error: { code: 'PAYLOAD_TOO_LARGE' }
		});
		expect(seen).toHaveLength(0);
	});

	test('are refused with 503 while the API is unavailable, and pass when it is back', async () => {
		const { url, api, logged } = await stand();
		const { port } = api.address() as { port: number };
		await new Promise((resolve) => api.close(resolve));
		const answer = await fetch(`${url}/graphql`, { method: 'POST', body: '{}' });
		expect(answer.status).toBe(503);
		expect(answer.headers.get('retry-after')).toBe('1');
		expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAVAILABLE' } }] });
		expect(await (await fetch(`${url}/api/v1/users`)).json()).toMatchObject({
			error: { code: 'UNAVAILABLE' }
		});
		expect(await (await fetch(`${url}/people`)).text()).toBe('page /people');
		expect(logged).toMatchObject([
			{ at: 'proxy', path: '/graphql' },
			{ at: 'proxy', path: '/api/v1/users' }
		]);
		await new Promise<void>((resolve) => api.listen(port, '127.0.0.1', () => resolve()));
		expect((await fetch(`${url}/health`)).status).toBe(200);
	});

	test('whose answer breaks off are broken off, not ended', async () => {
		const { url } = await stand({
			api: (_req, res) => {
				res.writeHead(200, { 'content-length': 100 });
				res.write('half');
				setTimeout(() => res.destroy(), 20);
			}
		});
		await expect(fetch(`${url}/graphql`).then((answer) => answer.text())).rejects.toThrow();
	});

	test('of who has gone are ended at the API too', async () => {
		let ended = false;
		const { port, seen } = await stand({ api: (_req, res) => res.on('close', () => (ended = true)) });
		const { socket } = await knock(port, 'GET /graphql HTTP/1.1\r\nhost: x\r\n\r\n');
		await until(() => seen.length === 1);
		socket.destroy();
		await until(() => ended);
	});

	test('may take longer than an idle connection is kept', async () => {
		const { url } = await stand({ api: (_req, res) => setTimeout(() => res.end('late'), 4_600) });
		expect(await (await fetch(`${url}/graphql`)).text()).toBe('late');
	});

	test('a download as fast as it is read', async () => {
		let written = 0;
		const { port } = await stand({
			api: (_req, res) => {
				const write = () => {
					while (!res.destroyed) {
						written += 65_536;
						if (!res.write(Buffer.alloc(65_536))) return void res.once('drain', write);
					}
				};
				write();
			}
		});
		const reader = await knock(port, 'GET /api/v1/users HTTP/1.1\r\nhost: x\r\n\r\n');
		reader.socket.pause();
		expect(await still(() => written)).toBeLessThan(64 * 2 ** 20);
	});

	test('that ask for another protocol are answered as they are', async () => {
		const { port } = await stand();
		const answer = await raw(
			port,
			'GET /people HTTP/1.1\r\nhost: x\r\nconnection: upgrade, close\r\nupgrade: h2c\r\n\r\n'
		);
		expect(answer).toMatch(/^HTTP\/1.1 200 /);
		expect(answer).toContain('page /people');
	});
});

describe('sockets', () => {
	const accept = (_req: http.IncomingMessage, socket: import('node:net').Socket) => {
		socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
		socket.on('data', (chunk) => socket.write(chunk));
		socket.on('error', () => {});
		socket.on('end', () => socket.end());
	};

	test('pass both ways, and say who the visitor is', async () => {
		const { port, seen } = await stand({ upgrade: accept, token: 'secret' });
		const { socket, text } = await knock(port, UPGRADE);
		await until(() => text().includes('101'));
		socket.write('hello');
		await until(() => text().endsWith('hello'));
		expect(seen[0]!.headers).toMatchObject({
			'x-forwarded-for': '127.0.0.1',
			'x-proxy-token': 'secret',
			host: 'console.example'
		});
	});

	test('leave nothing behind, whichever side goes and however', async () => {
		const behind = new Set<import('node:net').Socket>();
		const { port, front } = await stand({
			upgrade: (req, socket) => {
				behind.add(socket);
				socket.on('close', () => behind.delete(socket));
				accept(req, socket);
			}
		});
		const open = () => new Promise<number>((resolve) => front.server.getConnections((_, n) => resolve(n)));
		const visitors = await Promise.all(Array.from({ length: 12 }, () => knock(port, UPGRADE)));
		await until(() => visitors.every(({ text }) => text().includes('101')));
		visitors.slice(0, 4).forEach(({ socket }) => socket.end());
		visitors.slice(4, 8).forEach(({ socket }) => socket.resetAndDestroy());
		await until(() => behind.size === 4);
		const [first, second, ...rest] = behind;
		first!.end();
		second!.resetAndDestroy();
		rest.forEach((socket) => socket.destroy());
		await until(() => behind.size === 0 && visitors.every(({ socket }) => socket.closed));
		expect(await open()).toBe(0);
	});

	test('elsewhere than at the API are refused', async () => {
		const { port, seen } = await stand({ upgrade: accept });
		expect(await raw(port, UPGRADE.replace('/graphql', '/people'))).toMatch(/^HTTP\/1.1 404 /);
		expect(seen).toHaveLength(0);
	});

	test('that the API refuses are told why', async () => {
		const { port } = await stand({
			upgrade: (_req, socket) =>
				socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 4\r\nconnection: close\r\n\r\nwhy?')
		});
		const answer = await raw(port, UPGRADE);
		expect(answer).toMatch(/^HTTP\/1.1 403 /);
		expect(answer).toMatch(/why\?$/);
	});

	test('are refused with 503 while the API is unavailable', async () => {
		const { port, api, logged } = await stand();
		await new Promise((resolve) => api.close(resolve));
		expect(await raw(port, UPGRADE)).toMatch(/^HTTP\/1.1 503 /);
		expect(logged).toMatchObject([{ at: 'socket' }]);
	});
});

describe('the end', () => {
	/** Longer than a busy machine takes for what need not be waited for. */
	const LONG_MS = 40_000;

	test('lets a running request finish, and takes no more', async () => {
		const { port, front, seen } = await stand({
			api: (_req, res) => setTimeout(() => res.end('whole'), 200)
		});
		const { socket, text } = await knock(port, 'GET /graphql HTTP/1.1\r\nhost: x\r\n\r\n');
		await until(() => seen.length === 1);
		const began = Date.now();
		await front.stop(LONG_MS);
		expect(Date.now() - began, 'ends with the request').toBeLessThan(LONG_MS);
		await until(() => socket.closed);
		expect(text()).toMatch(/whole$/);
		await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
	});

	test('closes idle connections and sockets at once', async () => {
		const { port, front } = await stand({
			upgrade: (_req, socket) => {
				socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
				socket.on('end', () => socket.end());
			}
		});
		const live = await knock(port, UPGRADE);
		const idle = await knock(port, 'GET / HTTP/1.1\r\nhost: x\r\n\r\n');
		await until(() => live.text().includes('101') && idle.text().includes('page'));
		live.socket.on('end', () => live.socket.end());
		const began = Date.now();
		await front.stop(LONG_MS);
		expect(Date.now() - began, 'waits for neither').toBeLessThan(LONG_MS);
	});

	test('does not wait for ever', async () => {
		const { port, front, seen } = await stand({ api: () => {} });
		await knock(port, 'GET /graphql HTTP/1.1\r\nhost: x\r\n\r\n');
		await until(() => seen.length === 1);
		// The API never answers: without a bound this would not return.
		await front.stop(200);
	});
});
