/**
 * Which hosts a request may name. A page of somebody else can have its own name lead to 127.0.0.1 (DNS rebinding); its
 * requests still name its own host. So a door that only this machine reaches answers to this machine's names and to
 * PUBLIC_URL's alone, as the API does (api/http/hosts.py).
 */
import { isIP } from 'node:net';

/** @param {string} host with or without a port */
export const hostName = (host) => {
	const name = host.toLowerCase();
	return name.startsWith('[') ? `${name.split(']')[0]}]` : (name.split(':')[0] ?? '');
};

/**
 * The names that are answered to; null where others reach the door, which stands behind a gateway then.
 * @param {string} address where the door listens
 * @param {string} [publicUrl]
 */
export function servedHosts(address, publicUrl) {
	const name = address.toLowerCase();
	if (name !== 'localhost' && name !== '::1' && !(isIP(name) === 4 && name.startsWith('127.'))) return null;
	const hosts = new Set(['localhost', '127.0.0.1', '[::1]']);
	if (isIP(name) === 4) hosts.add(name);
	if (publicUrl) hosts.add(hostName(new URL(publicUrl).host));
	return hosts;
}

/**
 * The status to refuse a request with for the host it names, if it is to be refused.
 * @param {import('node:http').IncomingMessage} req
 * @param {Set<string> | null} hosts
 */
export function hostFault(req, hosts) {
	const named = req.rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host').length;
	if (named > 1 || (named === 0 && req.httpVersion === '1.1')) return 400;
	return hosts && !hosts.has(hostName(req.headers.host ?? '')) ? 421 : null;
}
