import { goto } from '$app/navigation';
import { api } from '$lib/api';
import { store } from '$lib/sync';

/** Opens the conversation with one person: the one there is, or a new one. */
export async function writeTo(person: number): Promise<void> {
	const known = store.conversations.find((one) => one.kind === 'direct' && one.person === person);
	const id =
		known?.id ??
		(await api.createConversation({ kind: 'direct', title: '', members: [person] })).id;
	await goto(`/chats/${id}`);
}
