/**
 * Keeps the console's own files, whose names change with their content, and a page for when nothing can be reached. Every
 * other page and all data always come from the server, and are kept nowhere.
 */
import { immutable } from '$app/manifest';
import { self } from '$app/service-worker';

const CACHE = 'rollcall-static';
const OFFLINE = '/offline.html';
/** Fetched anew with each version of the console: a new build is a new service worker. */
const FIXED = [OFFLINE, '/offline.js'];
const KEPT = /\.(?:js|css|woff2|svg)$/;
const wanted = new Set([
	...immutable.map(({ path }) => `/${path.replace(/^\//, '')}`).filter((path) => KEPT.test(path)),
	...FIXED
]);

self.addEventListener('install', (event) => {
	const store = async () => {
		const cache = await caches.open(CACHE);
		await cache.addAll(FIXED.map((path) => new Request(path, { cache: 'reload' })));
		await self.skipWaiting();
	};
	event.waitUntil(store());
});

self.addEventListener('activate', (event) => {
	event.waitUntil(
		caches.open(CACHE).then(async (cache) => {
			for (const request of await cache.keys()) {
				if (!wanted.has(new URL(request.url).pathname)) await cache.delete(request);
			}
			// A page need not wait until this has started.
			await self.registration.navigationPreload?.enable();
			await self.clients.claim();
		})
	);
});

self.addEventListener('fetch', (event) => {
	const { request } = event;
	const url = new URL(request.url);
	if (request.method !== 'GET' || url.origin !== self.location.origin) return;
	if (request.mode === 'navigate') event.respondWith(page(event));
	else if (wanted.has(url.pathname)) event.respondWith(file(request));
});

async function page(event: FetchEvent): Promise<Response> {
	try {
		return ((await event.preloadResponse) as Response | undefined) ?? (await fetch(event.request));
	} catch {
		return (await caches.match(OFFLINE)) ?? Response.error();
	}
}

async function file(request: Request): Promise<Response> {
	const cache = await caches.open(CACHE);
	const kept = await cache.match(request);
	if (kept) return kept;
	const response = await fetch(request);
	if (response.ok) await cache.put(request, response.clone());
	return response;
}
