// What stands under what in a conversation: messages, notices and what waits to be sent, with the
// day, the unread line and the groups of one writer.
import type { Message, Notice } from '$lib/api/types';
import type { Outgoing } from '$lib/sync/store.svelte';

interface Common {
	key: string;
	time: string;
	/** The first of its day. */
	day: boolean;
	/** The first that was unread when the conversation was opened: how many were. */
	unread: number;
}
export interface MessageRow extends Common {
	kind: 'message';
	message: Message;
	mine: boolean;
	/** First and last of a group by the same writer. */
	first: boolean;
	last: boolean;
}
export interface WaitingRow extends Common {
	kind: 'waiting';
	item: Outgoing;
	first: boolean;
	last: boolean;
}
export interface NoticeRow extends Common {
	kind: 'notice';
	notice: Notice;
}
export type Row = MessageRow | WaitingRow | NoticeRow;

const PAUSE = 5 * 60_000;

export interface Parts {
	me: number;
	messages: readonly Message[];
	notices: readonly Notice[];
	outgoing: readonly Outgoing[];
	/** The first n that was unread, and how many were; 0 if none. */
	unreadFrom: number;
	unreadCount: number;
}

export function rowsOf(parts: Parts): Row[] {
	const rows: Row[] = [];
	let next = 0;
	for (const message of parts.messages) {
		for (; next < parts.notices.length && parts.notices[next]!.id < message.id; next++) {
			rows.push(noticeRow(parts.notices[next]!));
		}
		rows.push(messageRow(message, parts));
	}
	for (; next < parts.notices.length; next++) rows.push(noticeRow(parts.notices[next]!));
	for (const item of unseen(parts)) rows.push(waitingRow(item));
	return mark(rows);
}

/**
 * What was sent and whose event is here already is not shown twice. Until the acknowledgement says
 * which message it became, the same words by me in the same place, sent after it was written, are it.
 */
function unseen({ outgoing, messages, me }: Parts): Outgoing[] {
	if (outgoing.length === 0) return [];
	const recent = messages.slice(-50).filter((message) => message.author === me);
	const ids = new Set(messages.map((message) => message.id));
	const taken = new Set<number>();
	return outgoing.filter((item) => {
		if (item.posted) return !ids.has(item.posted.id);
		if (item.state === 'failed') return true;
		const twin = recent.find(
			(message) =>
				!taken.has(message.id) &&
				message.text === item.text &&
				message.reply_to === item.reply_to &&
				message.files.length === item.attachments.length &&
				Date.parse(message.time) > Date.parse(item.time) - 2_000
		);
		if (twin) taken.add(twin.id);
		return !twin;
	});
}

function noticeRow(notice: Notice): NoticeRow {
	const { id, time } = notice;
	return { kind: 'notice', key: `n${id}`, time, notice, day: false, unread: 0 };
}

function messageRow(message: Message, parts: Parts): MessageRow {
	return {
		kind: 'message',
		key: `m${message.id}`,
		time: message.time,
		message,
		mine: message.author === parts.me && !message.imported,
		day: false,
		unread: message.n === parts.unreadFrom ? parts.unreadCount : 0,
		first: true,
		last: true
	};
}

function waitingRow(item: Outgoing): WaitingRow {
	const { key, time } = item;
	return {
		kind: 'waiting',
		key: `w${key}`,
		time,
		item,
		day: false,
		unread: 0,
		first: true,
		last: true
	};
}

/** Rows that are as they were before are the same objects, so that nothing is drawn anew for them. */
export function sameRows(before: readonly Row[], now: readonly Row[]): readonly Row[] {
	const known = new Map(before.map((row) => [row.key, row]));
	return now.map((row) => {
		const old = known.get(row.key);
		return old && same(old, row) ? old : row;
	});
}

function same(one: Row, other: Row): boolean {
	const names = Object.keys(one) as (keyof Row)[];
	return names.every((name) => one[name] === other[name]);
}

/** The day of a minute: a Date is costly to ask, and every change asks for every row. */
const days = new Map<string, string>();
function dayOf(time: string): string {
	const minute = time.slice(0, 16);
	let day = days.get(minute);
	if (day === undefined) {
		if (days.size > 2_000) days.clear();
		days.set(minute, (day = new Date(time).toDateString()));
	}
	return day;
}

function mark(rows: Row[]): Row[] {
	let before: Row | undefined;
	let day = '';
	for (const row of rows) {
		const today = dayOf(row.time);
		row.day = today !== day;
		day = today;
		if (before && row.kind !== 'notice' && before.kind !== 'notice') {
			const together = !row.day && !row.unread && sameGroup(before, row);
			row.first = !together;
			before.last = !together;
		}
		before = row;
	}
	return rows;
}

function sameGroup(one: MessageRow | WaitingRow, other: MessageRow | WaitingRow): boolean {
	return writer(one) === writer(other) && Date.parse(other.time) - Date.parse(one.time) < PAUSE;
}

function writer(row: MessageRow | WaitingRow): string {
	if (row.kind === 'waiting' || row.mine) return 'me';
	const { author, imported } = row.message;
	return `${author} ${imported?.name ?? ''}`;
}
