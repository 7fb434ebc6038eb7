/** Keeps the console's own files, whose names change with their content. Pages and data always come from the server. */
import { assets, immutable } from '$app/manifest';
import { self } from '$app/service-worker';

const CACHE = 'rollcall-static';
const KEPT = /\.(?:js|css|woff2|svg)$/;
const wanted = new Set(
	[...immutable, ...assets].map(({ path }) => `/${path.replace(/^\//, '')}`).filter((path) => KEPT.test(path))
);

self.addEventListener('install', () => void self.skipWaiting());

self.addEventListener('activate', (event) => {
	event.waitUntil(
		caches.open(CACHE).then(async (cache) => {
			for (const request of await cache.keys()) {
				if (!wanted.has(new URL(request.url).pathname)) await cache.delete(request);
			}
			await self.clients.claim();
		})
	);
});

self.addEventListener('fetch', (event) => {
	const { request } = event;
	const url = new URL(request.url);
	if (request.method !== 'GET' || url.origin !== self.location.origin || !wanted.has(url.pathname)) return;
	event.respondWith(
		caches.open(CACHE).then(async (cache) => {
			const kept = await cache.match(request);
			if (kept) return kept;
			const response = await fetch(request);
			if (response.ok) await cache.put(request, response.clone());
			return response;
		})
	);
});
