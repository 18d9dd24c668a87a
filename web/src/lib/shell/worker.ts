import { dev } from '$app/environment';

/** Registers the service worker, which keeps the shell for opening without a network. */
export function startWorker(): void {
	if (dev || !('serviceWorker' in navigator)) return;
	// Without it the app works all the same, only not from a cold start offline.
	const register = () =>
		void navigator.serviceWorker.register('/service-worker.js').catch(() => {});
	if (document.readyState === 'complete') register();
	else addEventListener('load', register, { once: true });
}
