// Messages of the past: from the local copy where it has them all, else from the server.
import { api } from '$lib/api';
import type { Conversation, Message, Notice } from '$lib/api/types';
import type { LocalCopy } from './db';

export interface Stretch {
	messages: Message[];
	notices: Notice[];
}

const LIMIT = 200;

/**
 * The messages with from <= n <= to. Rejects if some are not here and the server cannot be asked;
 * n has no gaps, so a count tells whether the copy is whole.
 */
export async function stretch(
	copy: LocalCopy,
	conversation: Conversation,
	from: number,
	to: number
): Promise<Stretch> {
	const first = Math.max(from, conversation.first_n, 1);
	const last = Math.min(to, conversation.last_n);
	let messages = last < first ? [] : await copy.messages(conversation.id, first, last);
	if (messages.length < last - first + 1) {
		await fetchAndKeep(copy, conversation.id, first, last);
		messages = await copy.messages(conversation.id, first, last);
	}
	const [low, high] = await bounds(copy, conversation, first, last, messages);
	return { messages, notices: await copy.notices(conversation.id, low, high) };
}

/** Backwards: what is nearest to the reader comes first. */
async function fetchAndKeep(copy: LocalCopy, id: number, from: number, to: number): Promise<void> {
	for (let before = to + 1; before > from;) {
		const page = await api.messages(id, { before, limit: Math.min(LIMIT, before - from) });
		await copy.keepPage(page.messages, page.notices);
		const first = page.messages[0]?.n;
		// What is asked for may have gone meanwhile (an import undone, or no longer mine to see).
		if (first === undefined || first >= before) return;
		before = first;
	}
}

/** The register numbers between which a notice belongs to this stretch. */
async function bounds(
	copy: LocalCopy,
	conversation: Conversation,
	first: number,
	last: number,
	messages: readonly Message[]
): Promise<[number, number]> {
	const low = first <= Math.max(conversation.first_n, 1) ? 0 : (messages[0]?.id ?? 0);
	if (last >= conversation.last_n) return [low, Number.MAX_SAFE_INTEGER];
	const [next] = await copy.messages(conversation.id, last + 1, last + 1);
	return [low, next ? next.id - 1 : (messages.at(-1)?.id ?? low)];
}

/** One message by its number: what a reply quotes. */
export async function quoted(copy: LocalCopy, id: number): Promise<Message | undefined> {
	const kept = await copy.message(id);
	if (kept) return kept;
	return (await api.messageInfo(id)).message;
}
