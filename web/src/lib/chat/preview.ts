// One line about a conversation's last message, for the list.
import type { Conversation, Message } from '$lib/api/types';
import { t } from '$lib/i18n';
import { plain } from '$lib/markdown';
import { store, type Outgoing } from '$lib/sync/store.svelte';

export type Tick = 'waiting' | 'failed' | 'stored' | 'delivered' | 'read';

export function tickOf(message: Message, conversation: Conversation): Tick {
	if (conversation.others_read_n >= message.n) return 'read';
	if (conversation.others_delivered_n >= message.n) return 'delivered';
	return 'stored';
}

export function tickText(tick: Tick): string {
	return t(`chat.tick_${tick}`);
}

/** The text of a message on one line, or what stands for it. */
export function oneLine(message: Message): string {
	if (message.deleted) return t('chat.deleted_short');
	if (message.damaged) return t('chat.damaged');
	return fileLine(message.text, message.files);
}

export function fileLine(text: string, files: readonly { name: string; type: string }[]): string {
	const words = plain(text.slice(0, 600)).replace(/\s+/g, ' ').trim();
	if (words || files.length === 0) return words;
	const images = files.every((file) => file.type.startsWith('image/'));
	if (images) return t('chat.photos', { n: files.length });
	return files.length === 1 ? files[0]!.name : t('chat.files', { n: files.length });
}

export interface Preview {
	/** "Anna", "You", or nothing in a direct conversation. */
	who: string;
	text: string;
	tick?: Tick;
	draft: boolean;
}

export function previewOf(
	conversation: Conversation,
	waiting: Outgoing | undefined,
	draft: string | undefined
): Preview {
	if (draft?.trim()) {
		return { who: t('chat.draft'), text: fileLine(draft, []), draft: true };
	}
	if (waiting) {
		const text = fileLine(waiting.text, waiting.attachments);
		const tick = waiting.posted ? 'stored' : waiting.state === 'failed' ? 'failed' : 'waiting';
		return { who: t('chat.you'), text, tick, draft: false };
	}
	const { last } = conversation;
	if (!last) return { who: '', text: t('chat.no_messages'), draft: false };
	const mine = last.author === store.me && !last.imported;
	return {
		who: mine ? t('chat.you') : conversation.kind === 'group' ? firstName(store.author(last)) : '',
		text: oneLine(last),
		tick: mine && !last.deleted ? tickOf(last, conversation) : undefined,
		draft: false
	};
}

export function firstName(name: string): string {
	return name.split(/\s+/)[0] ?? name;
}

/** Who is writing, in words. */
export function typingText(people: Iterable<number>, direct: boolean): string {
	const names = [...people].map((person) => firstName(store.name(person))).filter(Boolean);
	if (names.length === 0) return '';
	if (direct) return t('chat.typing');
	return t('chat.typing_who', { n: names.length, name: names[0]!, other: names[1] ?? '' });
}
