// Which conversation is open. The route says it, unless one went on from there by the list: then the
// page's state does (https://svelte.dev/docs/kit/shallow-routing), and the address, for a reload.
import { page } from '$app/state';

/** Its id, and the n of the message to show first; 0: none. */
export function opened(): { id: number; at: number } {
	const { conversation } = page.state;
	if (conversation) return { id: conversation, at: 0 };
	return {
		id: Number(page.params.id) || 0,
		at: Number(page.url.searchParams.get('n')) || 0
	};
}
