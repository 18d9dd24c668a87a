import { browser } from '$app/environment';
import { startLanguage } from '$lib/i18n';
import { startTheme } from '$lib/look/theme.svelte';
import { session } from '$lib/session.svelte';

export const ssr = false;
export const prerender = false;

// Begun as this is read: the router has its own preparations, which need not come first.
const started = browser ? start() : undefined;
started?.catch(() => {});

export async function load(): Promise<void> {
	await started;
}

async function start(): Promise<void> {
	startTheme();
	await Promise.all([startLanguage(), session.start()]);
}
