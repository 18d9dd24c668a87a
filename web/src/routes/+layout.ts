import { startLanguage } from '$lib/i18n';
import { startTheme } from '$lib/look/theme.svelte';
import { session } from '$lib/session.svelte';

export const ssr = false;
export const prerender = false;

let started: Promise<void> | undefined;

export async function load(): Promise<void> {
	started ??= start();
	await started;
}

async function start(): Promise<void> {
	startTheme();
	await Promise.all([startLanguage(), session.start()]);
}
