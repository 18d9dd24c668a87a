// The stretch of a conversation that is held in memory: a window over its numbers that moves with
// what is looked at, and never grows beyond a few hundred messages.
import type { Conversation, Message, Notice } from '$lib/api/types';
import type { Engine } from '$lib/sync/engine';
import { stretch } from '$lib/sync/history';
import type { Change } from '$lib/sync/state';
import { store } from '$lib/sync/store.svelte';
import { rowsOf, sameRows, type Row } from './rows';

export const PAGE = 60;
export const MOST = 360;

export class Timeline {
	messages = $state.raw<readonly Message[]>([]);
	notices = $state.raw<readonly Notice[]>([]);
	/** The numbers covered: lo..hi; none are held while hi < lo. */
	lo = $state(1);
	hi = $state(0);
	/** The window ends where the conversation ends, so what arrives is shown. */
	following = $state(false);
	loading = $state(false);
	failed = $state(false);
	/** Something was loaded. */
	held = $state(false);
	unreadFrom = $state(0);
	unreadCount = $state(0);

	private shown: readonly Row[] = [];
	rows: readonly Row[] = $derived.by(() => {
		const rows = rowsOf({
			me: store.me,
			messages: this.messages,
			notices: this.notices,
			outgoing: this.following ? store.outgoing.filter((one) => one.conversation === this.id) : [],
			unreadFrom: this.unreadFrom,
			unreadCount: this.unreadCount
		});
		return (this.shown = sameRows(this.shown, rows));
	});

	private readonly stop: () => void;

	constructor(
		readonly id: number,
		private readonly engine: Engine
	) {
		this.stop = store.listen((change) => this.changed(change));
	}

	get conversation(): Conversation | undefined {
		return store.conversation(this.id);
	}
	get first(): number {
		return Math.max(1, this.conversation?.first_n ?? 1);
	}
	get atStart(): boolean {
		return this.lo <= this.first;
	}

	close(): void {
		this.stop();
	}

	/** Where reading goes on: the first unread message, or 0 for the end. */
	start(): number {
		const conversation = this.conversation;
		if (!conversation) return 0;
		const read = Math.max(conversation.read_n, conversation.first_n - 1);
		this.unreadFrom = conversation.unread > 0 ? read + 1 : 0;
		this.unreadCount = conversation.unread;
		return this.unreadFrom;
	}

	/** This message, or for 0 the end, is in memory. */
	shows(n: number): boolean {
		return n ? this.covers(n) : this.held && this.following;
	}

	go(n: number): Promise<void> {
		return n ? this.around(n) : this.latest();
	}

	async latest(): Promise<void> {
		const last = this.conversation?.last_n ?? 0;
		await this.show(Math.max(this.first, last - PAGE + 1), last);
	}

	async around(n: number): Promise<void> {
		const last = this.conversation?.last_n ?? 0;
		await this.show(Math.max(this.first, n - PAGE / 2), Math.min(last, n + PAGE / 2));
	}

	covers(n: number): boolean {
		return this.held && n >= this.lo && n <= this.hi;
	}

	async older(): Promise<void> {
		if (this.loading || !this.held || this.atStart) return;
		const from = Math.max(this.first, this.lo - PAGE);
		await this.load(from, this.lo - 1, (messages, notices) => {
			this.messages = [...messages, ...this.messages];
			this.notices = merged(notices, this.notices);
			this.lo = from;
		});
	}

	async newer(): Promise<void> {
		const last = this.conversation?.last_n ?? 0;
		if (this.loading || !this.held || this.hi >= last) return;
		const to = Math.min(last, this.hi + PAGE);
		await this.load(this.hi + 1, to, (messages, notices) => {
			const known = new Set(messages.map((message) => message.n));
			this.messages = [...this.messages.filter((one) => !known.has(one.n)), ...messages];
			this.notices = merged(this.notices, notices);
			this.hi = Math.max(this.hi, to);
			this.following = to >= last;
		});
	}

	/** Lets go of what is far below what is looked at. */
	trimEnd(): boolean {
		if (this.messages.length <= MOST) return false;
		this.messages = this.messages.slice(0, MOST - PAGE);
		const last = this.messages[this.messages.length - 1]!;
		this.hi = last.n;
		this.following = false;
		this.notices = this.notices.filter((notice) => notice.id < last.id);
		return true;
	}

	/** Lets go of what is far above. */
	trimStart(): boolean {
		if (this.messages.length <= MOST) return false;
		this.messages = this.messages.slice(this.messages.length - MOST + PAGE);
		this.lo = this.messages[0]!.n;
		const first = this.messages[0]!.id;
		this.notices = this.notices.filter((notice) => notice.id > first);
		return true;
	}

	private async show(from: number, to: number): Promise<void> {
		const last = this.conversation?.last_n ?? 0;
		await this.load(from, to, (messages, notices) => {
			this.messages = messages;
			this.notices = notices;
			this.lo = from;
			this.hi = to;
			this.following = to >= last;
			this.held = true;
		});
	}

	private async load(
		from: number,
		to: number,
		then: (messages: Message[], notices: Notice[]) => void
	): Promise<void> {
		const conversation = this.conversation;
		if (!conversation) return;
		this.loading = true;
		this.failed = false;
		try {
			await this.engine.settled();
			const { messages, notices } = await stretch(this.engine.copy, conversation, from, to);
			then(messages, notices);
		} catch {
			this.failed = true;
		} finally {
			this.loading = false;
		}
		// What arrived at the end while this was loading.
		if (!this.failed && this.following && this.hi < (this.conversation?.last_n ?? 0)) {
			await this.newer();
		}
	}

	private changed(change: Change): void {
		if (!this.held) return;
		if (change.emptied.has(this.id)) {
			void this.latest();
			return;
		}
		const mine = change.messages.filter((message) => message.conversation === this.id);
		if (mine.length) this.take(mine);
		const notices = change.notices.filter((notice) => notice.conversation === this.id);
		if (notices.length && this.following) this.notices = merged(this.notices, notices);
		if (this.following && this.hi < (this.conversation?.last_n ?? 0)) void this.newer();
	}

	private take(fresh: readonly Message[]): void {
		const now = new Map(fresh.map((message) => [message.n, message]));
		let touched = false;
		const messages = this.messages.map((message) => {
			const changed = now.get(message.n);
			if (changed) touched = true;
			return changed ?? message;
		});
		if (this.following) {
			for (let next = now.get(this.hi + 1); next; next = now.get(this.hi + 1)) {
				messages.push(next);
				this.hi++;
				touched = true;
			}
		}
		if (touched) this.messages = messages;
	}
}

function merged(one: readonly Notice[], other: readonly Notice[]): Notice[] {
	const all = new Map([...one, ...other].map((notice) => [notice.id, notice]));
	return [...all.values()].sort((first, second) => first.id - second.id);
}

const KEPT = 12;
const kept = new Map<number, Timeline>();
let keeper: Engine | undefined;

/** The timeline of a conversation; the last few looked at are at hand at once. */
export function timelineOf(id: number, engine: Engine): Timeline {
	if (keeper !== engine) {
		for (const timeline of kept.values()) timeline.close();
		kept.clear();
		keeper = engine;
	}
	const timeline = kept.get(id) ?? made(id, engine);
	kept.delete(id);
	kept.set(id, timeline);
	for (const [oldest, one] of kept) {
		if (kept.size <= KEPT) break;
		one.close();
		kept.delete(oldest);
	}
	return timeline;
}

/** It outlives the component that asked for it; under that one's effects its rows would go stale. */
function made(id: number, engine: Engine): Timeline {
	let timeline!: Timeline;
	$effect.root(() => {
		timeline = new Timeline(id, engine);
	});
	return timeline;
}
