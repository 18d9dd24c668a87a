import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { api, Problem } from '$lib/api';
import { LocalCopy } from './db';
import { newKey } from './key';
import { Outbox, type Line } from './outbox';
import type { Frame } from './socket';
import { store } from './store.svelte';

let count = 0;
let copy: LocalCopy;
const down: Line = { ready: false, request: () => Promise.reject(new Problem(0, 'network', '')) };

beforeEach(async () => {
	vi.restoreAllMocks();
	store.clear();
	copy = await LocalCopy.open(`test ${++count}`);
});

/** A server that answers a key twice the same, and may fail to answer at all. */
function server(fails: (attempt: number) => Error | undefined = () => undefined) {
	const accepted = new Map<string, { id: number; n: number; time: string }>();
	const texts: string[] = [];
	let attempt = 0;
	vi.spyOn(api, 'post').mockImplementation(async (_, { key, text }) => {
		const error = fails(++attempt);
		if (error) throw error;
		let posted = accepted.get(key);
		if (!posted) {
			texts.push(text);
			posted = { id: 100 + texts.length, n: texts.length, time: new Date().toISOString() };
			accepted.set(key, posted);
		}
		return posted;
	});
	return { texts };
}

const write = (text: string, conversation = 7) => ({ conversation, text, reply_to: 0 });
const idle = (outbox: Outbox) =>
	vi.waitFor(async () => {
		await outbox.flush();
		expect(await copy.outbox()).toEqual([]);
	});

test('what is shown as waiting is on the disk', async () => {
	vi.spyOn(api, 'post').mockReturnValue(new Promise(() => {}));
	const outbox = new Outbox(copy, down);
	await outbox.add(write('hello'));
	expect(store.outgoing.map((item) => item.text)).toEqual(['hello']);
	expect((await copy.outbox()).map((item) => item.text)).toEqual(['hello']);
});

test('a message that cannot be put on the disk is not shown', async () => {
	vi.spyOn(copy, 'putWaiting').mockRejectedValue(new DOMException('full', 'QuotaExceededError'));
	const outbox = new Outbox(copy, down);
	await expect(outbox.add(write('hello'))).rejects.toThrow('full');
	expect(store.outgoing).toEqual([]);
});

test('order is kept, and each arrives once', async () => {
	const { texts } = server();
	const outbox = new Outbox(copy, down);
	const said = Array.from({ length: 30 }, (_, at) => `message ${at}`);
	for (const text of said) await outbox.add(write(text));
	await idle(outbox);
	expect(texts).toEqual(said);
});

test('an answer that was lost does not make a second message', async () => {
	const { texts } = server((attempt) => (attempt % 2 ? new Problem(0, 'network', '') : undefined));
	const outbox = new Outbox(copy, down);
	await outbox.add(write('one'));
	await outbox.add(write('two'));
	await idle(outbox);
	expect(texts).toEqual(['one', 'two']);
});

test('what a killed browser left is sent by the next, after being shown', async () => {
	vi.spyOn(api, 'post').mockRejectedValue(new Problem(0, 'network', ''));
	const before = new Outbox(copy, down);
	await before.add(write('survives'));
	before.stop();
	store.clear();

	const { texts } = server();
	const after = new Outbox(copy, down);
	await after.load();
	expect(store.outgoing.map((item) => item.text)).toEqual(['survives']);
	await idle(after);
	expect(texts).toEqual(['survives']);
});

test('two tabs do not double', async () => {
	const { texts } = server();
	const [one, other] = [new Outbox(copy, down), new Outbox(copy, down)];
	await one.add(write('once'));
	await Promise.all([one.flush(), other.flush()]);
	await idle(one);
	expect(texts).toEqual(['once']);
});

describe('a refusal', () => {
	const refused = new Problem(403, 'conversation.forbidden', 'You may not write here.');

	test('is shown with its reason, and what follows goes on', async () => {
		const { texts } = server((attempt) => (attempt === 1 ? refused : undefined));
		const outbox = new Outbox(copy, down);
		await outbox.add(write('no'));
		await outbox.add(write('yes'));
		await vi.waitFor(() => expect(texts).toEqual(['yes']));
		expect(store.outgoing.find((item) => item.state === 'failed')).toMatchObject({
			text: 'no',
			code: 'conversation.forbidden'
		});
	});
	test('can be tried again, or discarded', async () => {
		server((attempt) => (attempt <= 2 ? refused : undefined));
		const outbox = new Outbox(copy, down);
		await outbox.add(write('a'));
		await outbox.add(write('b'));
		const failed = () => store.outgoing.filter((item) => item.state === 'failed');
		await vi.waitFor(() => expect(failed()).toHaveLength(2));
		await outbox.discard(failed()[0]!.key);
		await outbox.retry(failed()[0]!.key);
		await idle(outbox);
		expect(failed()).toEqual([]);
	});
});

test('a server that is overloaded is asked again, and nothing is marked as failed', async () => {
	const { texts } = server((attempt) => (attempt === 1 ? new Problem(503, 'busy', '') : undefined));
	const outbox = new Outbox(copy, down);
	await outbox.add(write('later'));
	await idle(outbox);
	expect(texts).toEqual(['later']);
	expect(store.outgoing.some((item) => item.state === 'failed')).toBe(false);
});

test('while the company moves, what is written waits, and is sent when that is over', async () => {
	const { texts } = server((attempt) =>
		attempt === 1 ? new Problem(503, 'company.moving', '') : undefined
	);
	const line: Line = {
		ready: true,
		request: async () => ({ type: 'error', ref: 1, code: 'company.moving', detail: '' }) as Frame
	};
	const outbox = new Outbox(copy, line);
	await outbox.add(write('patient'));
	await idle(outbox);
	expect(texts).toEqual(['patient']);
	expect(store.outgoing.some((item) => item.state === 'failed')).toBe(false);
});

test('the socket is used while it is ready', async () => {
	const asked: object[] = [];
	const post = vi.spyOn(api, 'post').mockRejectedValue(new Error('not over HTTP'));
	const line: Line = {
		ready: true,
		request: async (frame) => {
			asked.push(frame);
			return { type: 'posted', ref: 1, id: 5, n: 1, time: '2026-01-01T00:00:00Z' } as Frame;
		}
	};
	const outbox = new Outbox(copy, line);
	await outbox.add(write('fast'));
	await idle(outbox);
	expect(asked).toHaveLength(1);
	expect(asked[0]).toMatchObject({ type: 'post', text: 'fast' });
	expect(post).not.toHaveBeenCalled();
});

test('a file is uploaded once, though the message is tried twice', async () => {
	server((attempt) => (attempt === 1 ? new Problem(0, 'network', '') : undefined));
	const upload = vi
		.spyOn(api, 'upload')
		.mockResolvedValue({ id: 9, name: 'a.txt', type: 'text/plain', size: 1 });
	const outbox = new Outbox(copy, down);
	const bytes = new Blob(['a']);
	const attachments = [{ name: 'a.txt', type: 'text/plain', size: 1, bytes }];
	await outbox.add({ ...write('with a file'), attachments });
	await idle(outbox);
	expect(upload).toHaveBeenCalledTimes(1);
});

test('keys are version 7, unique, and sort in the order of making', () => {
	const keys = Array.from({ length: 5000 }, () => newKey(1_790_000_000_000));
	expect(new Set(keys).size).toBe(keys.length);
	expect([...keys].sort()).toEqual(keys);
	for (const key of keys) {
		expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
	}
});
