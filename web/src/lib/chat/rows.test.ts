import { expect, test } from 'vitest';
import type { Message, Notice } from '$lib/api/types';
import type { Outgoing } from '$lib/sync/store.svelte';
import { rowsOf, type Row } from './rows';

const ME = 1;
const at = (minute: number, day = 1) => new Date(2026, 0, day, 10, minute).toISOString();
const message = (id: number, author: number, time: string, text = `text ${id}`): Message => ({
	id,
	n: id - 10,
	conversation: 5,
	author,
	time,
	text,
	reply_to: 0,
	edited: null,
	deleted: null,
	files: [],
	imported: null
});
const waiting = (text: string, time: string, more: Partial<Outgoing> = {}): Outgoing => ({
	key: text,
	conversation: 5,
	text,
	reply_to: 0,
	time,
	attachments: [],
	state: 'waiting',
	...more
});
const rows = (
	messages: Message[],
	notices: Notice[] = [],
	outgoing: Outgoing[] = [],
	unreadFrom = 0
): Row[] =>
	rowsOf({ me: ME, messages, notices, outgoing, unreadFrom, unreadCount: unreadFrom ? 2 : 0 });
const shape = (all: Row[]) =>
	all
		.map((row) =>
			row.kind === 'notice'
				? 'notice'
				: `${row.first ? '[' : ''}${row.kind[0]}${row.last ? ']' : ''}`
		)
		.join(' ');

test('one writer in a short time is one group', () => {
	expect(
		shape(
			rows([
				message(11, 2, at(0)),
				message(12, 2, at(1)),
				message(13, 3, at(2)),
				message(14, 3, at(30))
			])
		)
	).toBe('[m m] [m] [m]');
});
test('a new day, a notice and the unread line each end a group', () => {
	const notice: Notice = {
		id: 12,
		kind: 'import.undone',
		conversation: 5,
		time: at(1),
		actor: 2,
		data: {}
	};
	expect(shape(rows([message(11, 2, at(0)), message(13, 2, at(1))], [notice]))).toBe(
		'[m] notice [m]'
	);
	expect(shape(rows([message(11, 2, at(0)), message(12, 2, at(0, 2))]))).toBe('[m] [m]');
	expect(shape(rows([message(11, 2, at(0)), message(12, 2, at(1))], [], [], 2))).toBe('[m] [m]');
});
test('the unread line stands before the first unread message, with its count', () => {
	const found = rows([message(11, 2, at(0)), message(12, 2, at(1))], [], [], 2);
	expect(found.map((row) => row.unread)).toEqual([0, 2]);
});
test('what waits follows what is there, and joins the group', () => {
	expect(shape(rows([message(11, ME, at(0))], [], [waiting('new', at(1))]))).toBe('[m w]');
});
test('a message whose event came before its acknowledgement is not shown twice', () => {
	const sent = message(11, ME, at(1), 'same words');
	expect(rows([sent], [], [waiting('same words', at(1))])).toHaveLength(1);
	expect(
		rows([sent], [], [waiting('same words', at(1)), waiting('other words', at(1))])
	).toHaveLength(2);
});
test('the same words of long ago do not hide what is being sent', () => {
	expect(rows([message(11, ME, at(0), 'ok')], [], [waiting('ok', at(5))])).toHaveLength(2);
});
test('an acknowledged message goes when its own event is there, not another', () => {
	const posted = { id: 12, n: 2, time: at(1) };
	const outgoing = [waiting('ok', at(1), { posted })];
	expect(rows([message(11, ME, at(1), 'ok')], [], outgoing)).toHaveLength(2);
	expect(rows([message(12, ME, at(1), 'ok')], [], outgoing)).toHaveLength(1);
});
