import { redirect } from '@sveltejs/kit';
import { session } from '$lib/session.svelte';

export async function load({ parent }) {
	await parent();
	if (!session.me) redirect(307, '/welcome');
}
