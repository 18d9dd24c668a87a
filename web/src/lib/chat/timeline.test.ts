import 'fake-indexeddb/auto';
import { afterEach, expect, test } from 'vitest';
import type { Conversation, Message } from '$lib/api/types';
import { LocalCopy } from '$lib/sync/db';
import type { Engine } from '$lib/sync/engine';
import { nothing, patch, put, untouched } from '$lib/sync/state';
import { store } from '$lib/sync/store.svelte';
import { Timeline } from './timeline.svelte';

const ID = 7;
let count = 0;
afterEach(() => store.clear());

const message = (n: number): Message =>
	({
		id: 100 + n,
		n,
		conversation: ID,
		author: 1,
		text: `${n}`,
		time: '',
		files: []
	}) as unknown as Message;

/** A conversation of so many messages, and an engine whose disk is slow: a load waits for `go`. */
async function house(many: number) {
	const copy = await LocalCopy.open(`timeline ${++count}`);
	const start = untouched(nothing(1));
	const last = message(many);
	put(start, 'conversations', ID, {
		...{ id: ID, kind: 'group', title: '', first_n: 1, read_n: many, unread: 0 },
		...{ last_n: many, last, time: '' }
	} as unknown as Conversation);
	await copy.keepPage(
		Array.from({ length: many }, (_, n) => message(n + 1)),
		[]
	);
	store.reset(start.state, true);
	let go = () => {};
	let waits: Promise<void> = Promise.resolve();
	const hold = () => (waits = new Promise((resolve) => (go = resolve)));
	const engine = { copy, settled: () => waits } as unknown as Engine;
	/** What the engine does with an event. */
	const arrive = async (n: number) => {
		await copy.keepPage([message(n)], []);
		const change = untouched(store.state);
		patch(change, ID, { last_n: Math.max(n, store.conversation(ID)!.last_n) });
		change.messages.push(message(n));
		store.publish(change);
	};
	return { timeline: new Timeline(ID, engine), hold, go: () => go(), arrive };
}

const numbers = (timeline: { messages: readonly Message[] }) => timeline.messages.map(({ n }) => n);

test('what arrives while the end is being loaded is shown', async () => {
	const { timeline, hold, go, arrive } = await house(3);
	hold();
	const loaded = timeline.latest();
	await arrive(4);
	await arrive(5);
	go();
	await loaded;
	expect(numbers(timeline)).toEqual([1, 2, 3, 4, 5]);
	expect(timeline.following).toBe(true);
	await arrive(6);
	expect(numbers(timeline)).toEqual([1, 2, 3, 4, 5, 6]);
});

test('what arrives at the end while older messages are being loaded is shown', async () => {
	const { timeline, hold, go, arrive } = await house(200);
	await timeline.latest();
	hold();
	const loaded = timeline.older();
	await arrive(202); // its neighbour is not here yet
	await arrive(201);
	go();
	await loaded;
	expect(numbers(timeline).slice(-3)).toEqual([200, 201, 202]);
	expect(timeline.following).toBe(true);
});

test('whoever reads far above the end is not taken there by what arrives', async () => {
	const { timeline, hold, go, arrive } = await house(400);
	hold();
	const loaded = timeline.around(50);
	await arrive(401);
	go();
	await loaded;
	expect(timeline.following).toBe(false);
	expect(numbers(timeline).at(-1)).toBe(80);
});
