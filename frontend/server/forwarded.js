/** Who the visitor is, for those behind the front door: never what the visitor claims. */
import { randomUUID } from 'node:crypto';
import { BlockList, isIP } from 'node:net';

const REQUEST_ID = /^[\w.-]{8,64}$/;
const CLAIMS = ['forwarded', 'x-forwarded-port', 'x-real-ip', 'x-proxy-token'];
/** They concern this connection alone (RFC 9110, section 7.6.1); Node frames the body of the next one itself. */
const HOP_BY_HOP = ['expect', 'keep-alive', 'proxy-authorization', 'proxy-connection', 'te', 'trailer'];
/** What `Connection` names is not passed on either, except what says where the body and the message end. */
const KEPT = new Set(['connection', 'content-length', 'host', 'transfer-encoding', 'upgrade']);

/**
 * The list of gateways that `10.0.0.0/8, ::1` names. Raises for what is no address.
 * @param {string} [text]
 */
export function proxies(text = '') {
	const list = new BlockList();
	for (const entry of text.split(',')) {
		const [address = '', length] = entry.trim().split('/');
		if (!address) continue;
		const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
		if (length === undefined) list.addAddress(address, family);
		else list.addSubnet(address, Number(length), family);
	}
	return list;
}

/**
 * Overwrites what a request says of its way here. Behind gateways that are trusted, the visitor is whom the last of
 * them saw, and comes by https where they say so.
 * @param {import('node:http').IncomingMessage} req
 * @param {BlockList} trusted
 * @param {boolean} [upgrade] whether it becomes a socket
 */
export function forwarded(req, trusted, upgrade = false) {
	const { headers, socket } = req;
	const peer = plain(socket.remoteAddress ?? '');
	const believed = isTrusted(peer, trusted);
	const address = visitor(peer, String(headers['x-forwarded-for'] ?? ''), trusted);
	const scheme = believed ? String(headers['x-forwarded-proto'] ?? '') : '';
	const given = String(headers['x-request-id'] ?? '');

	withoutHops(headers, upgrade);
	for (const name of CLAIMS) delete headers[name];
	headers['x-forwarded-for'] = address;
	headers['x-forwarded-proto'] = /^https?$/.test(scheme) ? scheme : 'http';
	headers['x-forwarded-host'] = headers.host;
	headers['x-request-id'] = REQUEST_ID.test(given) ? given : randomUUID();
}

/**
 * @param {string} peer
 * @param {string} claimed
 * @param {BlockList} trusted
 */
function visitor(peer, claimed, trusted) {
	const hops = claimed.split(',').map((hop) => plain(hop.trim()));
	let address = peer;
	while (isTrusted(address, trusted)) {
		const hop = hops.pop();
		if (!hop || !isIP(hop)) break;
		address = hop;
	}
	return address;
}

/**
 * @param {string} address
 * @param {BlockList} trusted
 */
function isTrusted(address, trusted) {
	const family = isIP(address);
	return family !== 0 && trusted.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/**
 * Without the port that some gateways write (`203.0.113.7:50123`, `[2001:db8::1]:99`; RFC 7239, section 6).
 * @param {string} hop an IPv4 address perhaps as an IPv6 socket writes it
 */
function plain(hop) {
	let address = hop;
	if (hop.startsWith('[')) address = hop.slice(1).split(']')[0] ?? '';
	else if (hop.split(':').length === 2) address = hop.split(':')[0] ?? '';
	return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

/**
 * @param {import('node:http').IncomingHttpHeaders} headers
 * @param {boolean} upgrade
 */
function withoutHops(headers, upgrade) {
	const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase());
	for (const name of [...HOP_BY_HOP, ...named]) if (!KEPT.has(name)) delete headers[name];
	if (upgrade) headers.connection = 'upgrade';
	else {
		delete headers.upgrade;
		if (named.includes('close')) headers.connection = 'close';
		else delete headers.connection;
	}
}
