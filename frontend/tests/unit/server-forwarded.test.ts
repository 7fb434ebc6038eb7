import { describe, expect, test } from 'vitest';
import type { IncomingMessage } from 'node:http';
import { forwarded, proxies } from '../../server/forwarded.js';

type Headers = Record<string, string | undefined>;

function request(remoteAddress: string, headers: Headers): IncomingMessage {
	return { headers: { host: 'console.example', ...headers }, socket: { remoteAddress } } as never;
}

function sent(peer: string, trusted: string, headers: Headers = {}): Headers {
	const req = request(peer, headers);
	forwarded(req, proxies(trusted));
	return req.headers as Headers;
}

describe('the address of the visitor', () => {
	test.each([
		['a stranger is who they are', '203.0.113.9', '', '6.6.6.6', '203.0.113.9'],
		['loopback is no gateway by itself', '127.0.0.1', '', '6.6.6.6', '127.0.0.1'],
		['a gateway tells whom it saw', '10.0.0.2', '10.0.0.0/8', '203.0.113.9', '203.0.113.9'],
		['the last hop counts', '10.0.0.2', '10.0.0.0/8', '6.6.6.6, 203.0.113.9', '203.0.113.9'],
		['hops of our own are passed over', '10.0.0.2', '10.0.0.0/8', '203.0.113.9, 10.0.0.3', '203.0.113.9'],
		['a gateway that says nothing', '10.0.0.2', '10.0.0.0/8', undefined, '10.0.0.2'],
		['a gateway that says nonsense', '10.0.0.2', '10.0.0.0/8', 'unknown', '10.0.0.2'],
		['a gateway that adds the port', '10.0.0.2', '10.0.0.0/8', '203.0.113.9:50123', '203.0.113.9'],
		['the port of an IPv6 address', '10.0.0.2', '10.0.0.0/8', '6.6.6.6, [2001:db8::7]:99', '2001:db8::7'],
		['hops of our own with their ports', '10.0.0.2', '10.0.0.0/8', '203.0.113.9, 10.0.0.3:9', '203.0.113.9'],
		['an IPv4 address in IPv6 clothes', '::ffff:10.0.0.2', '10.0.0.2', '203.0.113.9', '203.0.113.9'],
		['IPv6', '::1', '::1, 10.0.0.0/8', '2001:db8::7', '2001:db8::7']
	])('%s', (_name, peer, trusted, claimed, expected) => {
		expect(sent(peer, trusted, { 'x-forwarded-for': claimed })['x-forwarded-for']).toBe(expected);
	});
});

test('a list of gateways that cannot be read is refused', () => {
	expect(() => proxies('10.0.0.0/8, gateway')).toThrow(/address/);
});

test('https is believed from a gateway only', () => {
	const claim = { 'x-forwarded-proto': 'https' };
	expect(sent('203.0.113.9', '', claim)['x-forwarded-proto']).toBe('http');
	expect(sent('10.0.0.2', '10.0.0.2', claim)['x-forwarded-proto']).toBe('https');
	expect(sent('10.0.0.2', '10.0.0.2', { 'x-forwarded-proto': 'javascript' })['x-forwarded-proto']).toBe(
		'http'
	);
});

test('other claims do not pass, and the host is the one that was asked for', () => {
	const headers = sent('203.0.113.9', '', {
		forwarded: 'for=6.6.6.6',
		'x-real-ip': '6.6.6.6',
		'x-forwarded-port': '1',
		'x-forwarded-host': 'evil.example',
		'x-proxy-token': 'guess'
	});
	expect(headers['x-forwarded-host']).toBe('console.example');
	for (const name of ['forwarded', 'x-real-ip', 'x-forwarded-port', 'x-proxy-token'])
		expect(headers).not.toHaveProperty(name);
});

test('what concerns the connection ends here, and nothing of ours can be struck out', () => {
	const headers = sent('203.0.113.9', '', {
		connection: 'close, X-Forwarded-For, content-length, x-private, host',
		'content-length': '3',
		'x-private': 'yes',
		te: 'trailers',
		'keep-alive': 'timeout=5',
		upgrade: 'h2c'
	});
	expect(headers).toMatchObject({
		connection: 'close',
		'content-length': '3',
		host: 'console.example',
		'x-forwarded-for': '203.0.113.9'
	});
	for (const name of ['x-private', 'te', 'keep-alive', 'upgrade']) expect(headers).not.toHaveProperty(name);
});

test('a request has an id, its own where that is one', () => {
	expect(sent('203.0.113.9', '', { 'x-request-id': 'abcdefgh-1' })['x-request-id']).toBe('abcdefgh-1');
	expect(sent('203.0.113.9', '', { 'x-request-id': 'a\nb' })['x-request-id']).toMatch(/^[\w-]{36}$/);
});
