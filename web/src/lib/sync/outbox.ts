// What was written and not yet acknowledged. An item is on the disk before it is shown, and leaves
// the disk only with the server's acknowledgement or by the writer's hand. It may be sent more than
// once (after a crash, from two tabs): its key makes the repeats harmless.
import { api, Problem } from '$lib/api';
import type { Message, Posted } from '$lib/api/types';
import type { LocalCopy } from './db';
import { newKey } from './key';
import type { Frame } from './socket';
import { store, type Outgoing } from './store.svelte';
import type { Attachment, Waiting } from './waiting';

/** What the outbox needs of the engine. */
export interface Line {
	readonly ready: boolean;
	request(frame: object): Promise<Frame>;
}

export interface Writing {
	conversation: number;
	text: string;
	reply_to: number;
	attachments?: Attachment[];
}

const FIRST_WAIT = 2_000;
const LONGEST_WAIT = 30_000;

export class Outbox {
	private readonly tabs: BroadcastChannel | undefined;
	private flushing = false;
	private again = false;
	private stopped = false;
	private wait = FIRST_WAIT;
	private timer: ReturnType<typeof setTimeout> | undefined;

	constructor(
		private readonly copy: LocalCopy,
		private readonly line: Line
	) {
		if (typeof BroadcastChannel !== 'undefined') {
			this.tabs = new BroadcastChannel(copy.name);
			this.tabs.onmessage = () => void this.load();
		}
	}

	/** Shows what is on the disk: at the start, and when another tab changed it. */
	async load(): Promise<void> {
		const kept = await this.copy.outbox();
		if (this.stopped) return;
		const posted = store.outgoing.filter((item) => item.posted);
		const keys = new Set(posted.map((item) => item.key));
		store.outgoing = [...posted, ...kept.filter((item) => !keys.has(item.key))].sort(byKey);
	}

	async add(writing: Writing): Promise<void> {
		const item: Waiting = {
			key: newKey(),
			conversation: writing.conversation,
			text: writing.text,
			reply_to: writing.reply_to,
			time: new Date().toISOString(),
			attachments: writing.attachments ?? [],
			state: 'waiting'
		};
		await this.copy.putWaiting(item);
		this.show(item);
		this.tell();
		void this.flush();
	}

	async retry(key: string): Promise<void> {
		const item = store.outgoing.find((one) => one.key === key);
		if (!item || item.posted) return;
		await this.keep({ ...item, state: 'waiting', code: undefined, detail: undefined });
		this.wait = FIRST_WAIT;
		void this.flush();
	}

	async discard(key: string): Promise<void> {
		await this.copy.removeWaiting(key);
		this.hide(key);
		this.tell();
	}

	stop(): void {
		this.stopped = true;
		clearTimeout(this.timer);
		this.tabs?.close();
	}

	/** Sends what waits, one tab at a time, each conversation in the order of writing. */
	async flush(): Promise<void> {
		if (this.flushing) {
			this.again = true;
			return;
		}
		this.flushing = true;
		clearTimeout(this.timer);
		try {
			do {
				this.again = false;
				await alone(`${this.copy.name}.outbox`, () => this.sendAll());
			} while (this.again && !this.stopped);
			this.wait = FIRST_WAIT;
		} catch {
			this.later();
		} finally {
			this.flushing = false;
		}
	}

	/** Messages came as events: what stood for them here goes. */
	arrived(messages: readonly Message[]): void {
		if (store.outgoing.length === 0) return;
		const ids = new Set(messages.map((message) => message.id));
		const left = store.outgoing.filter((item) => !item.posted || !ids.has(item.posted.id));
		if (left.length !== store.outgoing.length) store.outgoing = left;
	}

	private later(): void {
		if (this.stopped) return;
		this.timer = setTimeout(() => void this.flush(), this.wait * (0.5 + Math.random()));
		this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
	}

	private async sendAll(): Promise<void> {
		const waiting = (await this.copy.outbox()).filter((item) => item.state === 'waiting');
		const rows = new Map<number, Waiting[]>();
		for (const item of waiting) {
			rows.set(item.conversation, [...(rows.get(item.conversation) ?? []), item]);
		}
		const ends = await Promise.allSettled([...rows.values()].map((row) => this.sendRow(row)));
		const failed = ends.find((end) => end.status === 'rejected');
		if (failed) throw failed.reason;
	}

	private async sendRow(row: Waiting[]): Promise<void> {
		for (const item of row) {
			if (this.stopped) return;
			try {
				await this.send(item);
			} catch (error) {
				// Nothing decided: this and all after it in this conversation wait, in order.
				if (!(error instanceof Problem) || error.passing || error.status === 401) throw error;
				await this.keep({ ...item, state: 'failed', code: error.code, detail: error.message });
			}
		}
	}

	private async send(item: Waiting): Promise<void> {
		for (const attachment of item.attachments) {
			if (attachment.file || !attachment.bytes) continue;
			attachment.file = await api.upload(attachment.bytes, attachment.name);
			await this.keep(item);
		}
		const posted = await this.post(item);
		await this.copy.keepPage([messageOf(item, posted, store.me)], []);
		await this.copy.removeWaiting(item.key);
		if (this.stopped) return;
		const { id, n, time } = posted;
		this.hide(item.key);
		if (!this.seen(item.conversation, n)) this.show({ ...item, posted: { id, n, time } });
		this.tell();
	}

	private async post(item: Waiting): Promise<Posted> {
		const files = item.attachments.map((attachment) => attachment.file!.id);
		const { key, conversation, text, reply_to } = item;
		if (this.line.ready) {
			const frame = { type: 'post', key, conversation, text, reply_to, files };
			const answer = await this.line.request(frame).catch(() => undefined);
			if (answer?.type === 'posted') return answer;
		}
		// Refused or unanswered on the socket: HTTP says whether for good, and the key makes it safe.
		return api.post(conversation, { key, text, reply_to: reply_to || undefined, files });
	}

	private seen(conversation: number, n: number): boolean {
		return (store.conversation(conversation)?.last_n ?? 0) >= n;
	}

	private async keep(item: Outgoing): Promise<void> {
		const { posted: _, ...kept } = item;
		await this.copy.putWaiting(kept);
		this.show(kept);
		this.tell();
	}

	private show(item: Outgoing): void {
		if (this.stopped) return;
		const others = store.outgoing.filter((one) => one.key !== item.key);
		store.outgoing = [...others, item].sort(byKey);
	}

	private hide(key: string): void {
		store.outgoing = store.outgoing.filter((item) => item.key !== key);
	}

	private tell(): void {
		if (!this.stopped) this.tabs?.postMessage('changed');
	}
}

const byKey = (one: Waiting, other: Waiting): number => (one.key < other.key ? -1 : 1);

/** What an acknowledged item has become. */
export function messageOf(
	item: Waiting,
	posted: Pick<Posted, 'id' | 'n' | 'time'>,
	me: number
): Message {
	return {
		id: posted.id,
		n: posted.n,
		conversation: item.conversation,
		author: me,
		time: posted.time,
		text: item.text,
		reply_to: item.reply_to,
		edited: null,
		deleted: null,
		files: item.attachments.map((attachment) => attachment.file!),
		imported: null
	};
}

/** Runs while no other tab does; without Web Locks (an insecure address) it just runs. */
async function alone(name: string, run: () => Promise<void>): Promise<void> {
	if (typeof navigator === 'undefined' || !navigator.locks) return run();
	await navigator.locks.request(name, run);
}
