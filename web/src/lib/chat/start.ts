import { api } from '$lib/api';
import { session } from '$lib/session.svelte';
import { store } from '$lib/sync';

/** Finds the direct conversation with a person, or makes it; answers its number. */
export async function startDirect(person: number): Promise<number> {
	const known = store.conversations.find((one) => one.kind === 'direct' && one.person === person);
	return known ? known.id : begin('direct', '', [person]);
}

export function startGroup(title: string, members: number[]): Promise<number> {
	return begin('group', title, members);
}

async function begin(kind: 'direct' | 'group', title: string, members: number[]): Promise<number> {
	const { id } = await api.createConversation({ kind, title, members });
	if (!store.conversation(id)) await session.engine.fetchConversation(id);
	return id;
}

export const refreshPeople = (): Promise<void> => session.engine.refreshPeople();
