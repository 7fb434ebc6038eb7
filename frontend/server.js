/**
 * The front door: one origin for the console's pages and the API behind it.
 *
 *     HOST, PORT          where it listens (127.0.0.1:3000)
 *     API_URL             where the API is (http://127.0.0.1:8000)
 *     PUBLIC_URL          what visitors call it: on 127.0.0.1 nothing else is answered but this machine's names
 *     COOKIE_INSTANCE     what the names of the session cookies end with, as the API has it
 *     TRUSTED_PROXIES     gateways whose X-Forwarded-For is believed, as addresses and networks separated by commas
 *     PROXY_TOKEN         what makes the API believe ours, whatever address it is reached from
 *     BODY_LIMIT_BYTES    the longest request body (1 MiB)
 *     IMPORT_LIMIT_BYTES  the largest file of users, which only the API reads (32 MiB)
 */
import { createFrontServer } from './server/front.js';
import { proxies } from './server/forwarded.js';
import { servedHosts } from './server/hosts.js';

const env = process.env;
const HOST = env.HOST || '127.0.0.1';
const BODY_LIMIT = Number(env.BODY_LIMIT_BYTES || 1 << 20);
const SHUTDOWN_MS = 5_000;

/** @param {Record<string, unknown>} entry */
const log = (entry) => console.error(JSON.stringify({ level: 'error', ...entry }));

env.PROTOCOL_HEADER = 'x-forwarded-proto';
env.ADDRESS_HEADER = 'x-forwarded-for';
env.BODY_SIZE_LIMIT = String(BODY_LIMIT);
// Where it is is not written out for the type checker: it exists only once the console is built.
const { handler } = await import(new URL('./build/handler.js', import.meta.url).href);

const front = createFrontServer({
	apiUrl: env.API_URL || 'http://127.0.0.1:8000',
	pages: handler,
	trusted: proxies(env.TRUSTED_PROXIES),
	token: env.PROXY_TOKEN,
	hosts: servedHosts(HOST, env.PUBLIC_URL),
	bodyLimit: BODY_LIMIT,
	importLimit: Number(env.IMPORT_LIMIT_BYTES || 32 << 20),
	log
});

front.server.on('error', (error) => {
	log({ at: 'start', error: error.message });
	process.exit(1);
});
front.server.listen(Number(env.PORT || 3000), HOST, () => {
	const { port } = /** @type {import('node:net').AddressInfo} */ (front.server.address());
	console.log(`Rollcall console on http://${HOST === '127.0.0.1' ? 'localhost' : HOST}:${port}`);
});

for (const signal of ['SIGINT', 'SIGTERM'])
	process.once(signal, () => front.stop(SHUTDOWN_MS).then(() => process.exit(0)));
