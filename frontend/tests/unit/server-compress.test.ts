import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { PAGE as TAKE, compressed } from '../../server/compress.js';
import { knock, still, until } from './front.ts';

async function serve(answer: (req: http.IncomingMessage, res: http.ServerResponse) => void) {
	const server = http.createServer((req, res) => {
		compressed(req, res);
		answer(req, res);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	return (server.address() as AddressInfo).port;
}

function get(port: number, headers: http.OutgoingHttpHeaders, method = 'GET') {
	return new Promise<{ res: http.IncomingMessage; body: Buffer }>((resolve, reject) => {
		const req = http.request({ port, headers, method }, (res) => {
			const parts: Buffer[] = [];
			res.on('data', (part) => parts.push(part));
			res.on('end', () => resolve({ res, body: Buffer.concat(parts) }));
		});
		req.on('error', reject).end();
	});
}

const PAGE = '<p>row</p>'.repeat(500);
const page = (_: http.IncomingMessage, res: http.ServerResponse) => {
	res.writeHead(200, { 'content-type': 'text/html', etag: '"1"', 'content-length': PAGE.length }).end(PAGE);
};

test.each([
	['gzip, deflate, br, zstd', 'zstd', zstdDecompressSync],
	['br, gzip', 'br', brotliDecompressSync],
	['zstd;q=0, br', 'br', brotliDecompressSync],
	['gzip', 'gzip', gunzipSync],
	['br;q=0, gzip;q=0.5', 'gzip', gunzipSync],
	['identity', undefined, (body: Buffer) => body]
])('a page for who accepts %s', async (accepts, coding, decode) => {
	const { res, body } = await get(await serve(page), { 'accept-encoding': accepts });
	expect(res.headers['content-encoding']).toBe(coding);
	expect(decode(body).toString()).toBe(PAGE);
	if (coding) expect(res.headers).toMatchObject({ vary: 'Accept-Encoding' });
});

test.each([
	['small', 200, { 'content-type': 'text/html', 'content-length': 2 }],
	['coded already', 200, { 'content-type': 'text/html', 'content-encoding': 'br' }],
	['a part', 206, { 'content-type': 'text/html', 'content-length': PAGE.length }],
	['an image', 200, { 'content-type': 'image/webp' }]
])('what is %s stays as it is', async (_name, status, headers) => {
	const length = 'content-length' in headers ? headers['content-length'] : 10;
	const port = await serve((_, res) => res.writeHead(status, headers).end(PAGE.slice(0, length)));
	const { res, body } = await get(port, { 'accept-encoding': 'br' });
	expect(body).toHaveLength(length);
	expect(res.headers['content-encoding']).toBe('content-encoding' in headers ? 'br' : undefined);
});

/** As the console answers once it has handed over a page. */
const handing =
	(parts: string[], body?: string) =>
	(req: http.IncomingMessage & { [TAKE]?: unknown }, res: http.ServerResponse) => {
		const take = req[TAKE] as ((parts: string[]) => boolean) | undefined;
		const taken = take?.(parts) ?? false;
		res.writeHead(body === undefined ? 200 : 500, { 'content-type': 'text/html', 'x-taken': String(taken) });
		res.end(body);
	};

test.each([
	['zstd', zstdDecompressSync],
	['br', brotliDecompressSync],
	['gzip', gunzipSync]
])('a page that is handed over as text is coded by %s at once', async (coding, decode) => {
	const port = await serve(handing(['<p>佐藤</p>', PAGE]));
	for (let time = 0; time < 2; time += 1) {
		const { res, body } = await get(port, { 'accept-encoding': coding });
		expect(res.headers).toMatchObject({
			'content-encoding': coding,
			vary: 'Accept-Encoding',
			'x-taken': 'true'
		});
		expect(res.headers['content-length']).toBe(String(body.length));
		expect(decode(body).toString()).toBe(`<p>佐藤</p>${PAGE}`);
	}
});

test('what has a body of its own is sent instead of the page that was handed over', async () => {
	const { res, body } = await get(await serve(handing([PAGE], 'Internal error')), {
		'accept-encoding': 'br'
	});
	expect([res.statusCode, brotliDecompressSync(body).toString()]).toEqual([500, 'Internal error']);
});

test.each([
	[
		'longer than there is room for',
		{ 'accept-encoding': 'zstd' },
		['x'.repeat(200_000), 'y'.repeat(200_000)]
	],
	['for who accepts no coding', {}, [PAGE]]
])('a page %s is not taken', async (_, headers, parts) => {
	const { res } = await get(await serve(handing(parts)), headers);
	expect(res.headers['x-taken']).toBe('false');
});

test('HEAD has the headers of the page alone', async () => {
	const { res, body } = await get(await serve(page), { 'accept-encoding': 'br' }, 'HEAD');
	expect(res.headers['content-length']).toBe(String(PAGE.length));
	expect(body).toHaveLength(0);
});

test.each(['br', 'zstd'])(
	'a reader of %s who does not read stops the writer',
	async (coding) => {
		let written = 0;
		const port = await serve((_, res) => {
			res.writeHead(200, { 'content-type': 'text/csv' });
			const write = () => {
				for (;;) {
					// Noise: it does not become smaller, so that little is enough to fill the connection.
					const chunk = Buffer.from(Array.from({ length: 65_536 }, () => Math.random() * 256));
					written += chunk.length;
					if (!res.write(chunk)) return void res.once('drain', write);
				}
			};
			write();
			res.on('close', () => res.removeAllListeners('drain'));
		});
		const reader = await knock(port, `GET / HTTP/1.1\r\nhost: x\r\naccept-encoding: ${coding}\r\n\r\n`);
		reader.socket.pause();
		const before = await still(() => written);
		expect(before).toBeLessThan(32 * 2 ** 20);
		reader.socket.resume();
		await until(() => written > before);
	},
	20_000
);
