/// <reference types="@sveltejs/kit" />
/// <reference lib="webworker" />
// Keeps the shell (scripts, styles, fonts, icons, the one page) so that the app opens at once, and
// without a network. Answers of the API are never kept here: what was said lives in IndexedDB only,
// where signing out can wipe it.
import { build, files, version } from '$service-worker';

const worker = self as unknown as ServiceWorkerGlobalScope;
const cache = `shell ${version}`;
const PAGE = '/';
const kept = new Set([...build, ...files.filter((name) => !name.endsWith('/.keep'))]);

worker.addEventListener('install', (event) => {
	event.waitUntil(
		(async () => {
			const shell = await caches.open(cache);
			await shell.addAll([PAGE, ...kept]);
			await worker.skipWaiting();
		})()
	);
});

worker.addEventListener('activate', (event) => {
	event.waitUntil(
		(async () => {
			for (const name of await caches.keys()) {
				if (name.startsWith('shell ') && name !== cache) await caches.delete(name);
			}
			await worker.clients.claim();
		})()
	);
});

worker.addEventListener('fetch', (event) => {
	const { request } = event;
	const url = new URL(request.url);
	if (request.method !== 'GET' || url.origin !== worker.location.origin) return;
	if (url.pathname.startsWith('/api/')) return;
	if (kept.has(url.pathname)) event.respondWith(fromCache(request, url.pathname));
	else if (request.mode === 'navigate') event.respondWith(page(request));
});

/** Opened once: every file of the shell asks for it. */
let opened: Promise<Cache> | undefined;
const shellCache = (): Promise<Cache> => (opened ??= caches.open(cache));

async function fromCache(request: Request, path: string): Promise<Response> {
	const shell = await shellCache();
	return (await shell.match(path)) ?? fetch(request);
}

/** Every address of the app is the same page: the kept one at once, so that opening waits for nothing. */
async function page(request: Request): Promise<Response> {
	const shell = await shellCache();
	return (await shell.match(PAGE)) ?? fetch(request);
}
