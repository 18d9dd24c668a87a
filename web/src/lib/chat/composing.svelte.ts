// What is being written in one conversation. The draft is kept on this device as it grows.
import type { Message } from '$lib/api/types';
import { session } from '$lib/session.svelte';
import { store } from '$lib/sync/store.svelte';

export const MOST_CHARACTERS = 20_000;
export const MOST_FILES = 20;
const KEEP_AFTER = 300;

export interface Chosen {
	key: number;
	file: File;
}

let next = 1;

export class Composing {
	text = $state('');
	files = $state.raw<readonly Chosen[]>([]);
	replyTo = $state.raw<Message | null>(null);
	editing = $state.raw<Message | null>(null);
	/** What was being written when an edit began. */
	private aside = '';
	/** The message that the kept draft answers; 0: none. */
	private keptReply = 0;
	private timer: ReturnType<typeof setTimeout> | undefined;

	count: number = $derived([...this.text].length);
	tooLong: boolean = $derived(this.count > MOST_CHARACTERS);
	sendable: boolean = $derived((this.text.trim() !== '' || this.files.length > 0) && !this.tooLong);

	constructor(readonly conversation: number) {
		this.text = store.drafts.get(conversation) ?? '';
	}

	/** What the draft answers is asked of the disk after the conversation is shown. */
	async restoreReply(): Promise<void> {
		const { copy } = session.engine;
		const draft = await copy.draft(this.conversation).catch(() => undefined);
		if (!draft?.reply_to || this.replyTo) return;
		const message = await copy.message(draft.reply_to).catch(() => undefined);
		if (!message || message.deleted || this.replyTo) return;
		this.replyTo = message;
		this.keptReply = message.id;
	}

	reply(message: Message): void {
		if (this.editing) this.stopEditing();
		this.replyTo = message;
		this.keepSoon();
	}

	edit(message: Message): void {
		if (!this.editing) this.aside = this.text;
		this.replyTo = null;
		this.editing = message;
		this.text = message.text;
	}

	stopEditing(): void {
		this.editing = null;
		this.text = this.aside;
		this.aside = '';
	}

	/** One step back: out of the edit, then out of the reply. False if there was none. */
	back(): boolean {
		if (this.editing) this.stopEditing();
		else if (this.replyTo) {
			this.replyTo = null;
			this.keepSoon();
		} else return false;
		return true;
	}

	attach(files: Iterable<File>): void {
		this.files = [...this.files, ...[...files].map((file) => ({ key: next++, file }))];
	}

	remove(key: number): void {
		this.files = this.files.filter((one) => one.key !== key);
	}

	/** Everything is on its way: an empty page again. */
	clear(): void {
		this.text = '';
		this.files = [];
		this.replyTo = null;
		this.keep();
	}

	keepSoon(): void {
		if (this.editing) return;
		clearTimeout(this.timer);
		this.timer = setTimeout(() => this.keep(), KEEP_AFTER);
	}

	keep(): void {
		clearTimeout(this.timer);
		const text = this.editing ? this.aside : this.text;
		const reply_to = this.replyTo?.id ?? 0;
		const before = store.drafts.get(this.conversation) ?? '';
		if (!session.me || (before === text && this.keptReply === reply_to)) return;
		this.keptReply = reply_to;
		const drafts = new Map(store.drafts);
		if (text) drafts.set(this.conversation, text);
		else drafts.delete(this.conversation);
		store.drafts = drafts;
		session.engine.copy
			.keepDraft({ conversation: this.conversation, text, reply_to })
			.catch(() => {});
	}
}
