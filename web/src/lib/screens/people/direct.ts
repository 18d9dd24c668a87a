import { goto } from '$app/navigation';
import { startDirect } from '$lib/chat/start';

/** Opens the conversation with one person: the one there is, or a new one. */
export async function writeTo(person: number): Promise<void> {
	await goto(`/chats/${await startDirect(person)}`);
}
