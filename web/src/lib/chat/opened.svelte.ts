// Which conversation is open. The route says it, unless one went on from there by the list: then the
// page's state does (https://svelte.dev/docs/kit/shallow-routing), and the address, for a reload.
import { pushState } from '$app/navigation';
import { page } from '$app/state';

/** What is shown does not wait until the browser has noted the address, which takes its time: ms. */
const AFTERWARDS = 100;

/** Gone on to, and not in the address yet. */
let ahead = $state.raw<{ id: number; from: string; list: boolean }>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** The id of the one that is shown, and the n of the message to show first; 0: none. */
export function opened(): { id: number; at: number } {
	return ahead ? { id: ahead.id, at: 0 } : addressed();
}

/** What the address says, which follows what is shown by a moment. */
export function addressed(): { id: number; at: number } {
	const { conversation } = page.state;
	if (conversation) return { id: conversation, at: 0 };
	return {
		id: Number(page.params.id) || 0,
		at: Number(page.url.searchParams.get('n')) || 0
	};
}

/** From the list to a conversation; the route stays, so the router has nothing to look up. */
export function goOn(id: number): void {
	const list = !opened().id;
	address();
	ahead = { id, from: location.href, list };
	clearTimeout(timer);
	timer = setTimeout(address, AFTERWARDS);
}

function address(): void {
	if (!ahead) return;
	const { id, from, list } = ahead;
	// Whoever has gone elsewhere meanwhile stays there.
	if (location.href === from) pushState(`/chats/${id}`, { conversation: id, list });
	ahead = undefined;
}

/** The router goes elsewhere, maybe back to the list, before the address is noted. */
export function stay(): void {
	clearTimeout(timer);
	ahead = undefined;
}

/** A click that asks for no new tab or window. */
export function plain({ button, ctrlKey, metaKey, shiftKey, altKey }: MouseEvent): boolean {
	return !(button || ctrlKey || metaKey || shiftKey || altKey);
}

/** Back to the list. Whoever came from there goes that one step back, so that the next leads out of it. */
export function goBack(event: MouseEvent): void {
	if (!page.state.list || !plain(event)) return;
	event.preventDefault();
	history.back();
}
