import 'fake-indexeddb/auto';
import { afterEach, expect, test, vi } from 'vitest';
import { api, whenSignedOut } from '$lib/api';
import type { Me, Message } from '$lib/api/types';
import { LocalCopy, nameOf } from './db';
import { nothing } from './state';
import type { Waiting } from './waiting';

const person = (id: number, company = 'acme'): Me =>
	({ id, company: { name: company, title: company } }) as Me;
const item = (key: string, state: Waiting['state'] = 'waiting'): Waiting => ({
	key,
	conversation: 7,
	text: `text of ${key}`,
	reply_to: 0,
	time: '2026-01-01T00:00:00Z',
	attachments: [],
	state
});

/** A copy with something in each of its stores. */
async function used(me: Me, unsent: Waiting[]): Promise<void> {
	const copy = await LocalCopy.open(nameOf(me));
	await copy.replace({ ...nothing(me.id), cursor: 40 });
	await copy.keepPage([{ conversation: 7, n: 1, id: 12, text: 'read before' } as Message], []);
	await copy.keepDraft({ conversation: 7, text: 'half a sentence', reply_to: 0 });
	for (const one of unsent) await copy.putWaiting(one);
	copy.close();
}

const names = async () => (await indexedDB.databases()).map(({ name }) => name);

afterEach(async () => {
	vi.restoreAllMocks();
	for (const name of await names()) await LocalCopy.remove(name!);
});

test('a session that was lost takes all along but what was never sent', async () => {
	const me = person(1);
	await used(me, [item('a'), item('b', 'failed')]);
	await LocalCopy.keepUnsent(nameOf(me));

	const copy = await LocalCopy.open(nameOf(me));
	expect((await copy.outbox()).map(({ text }) => text)).toEqual(['text of a', 'text of b']);
	expect((await copy.load(1)).cursor).toBe(0);
	expect(await copy.messages(7, 0, 100)).toEqual([]);
	expect(await copy.drafts()).toEqual([]);
	copy.close();
});

test('where nothing waited, nothing stays', async () => {
	await used(person(1), []);
	await LocalCopy.keepUnsent(nameOf(person(1)));
	expect(await names()).toEqual([]);
});

test('what one person left is gone when another comes, and nothing else is', async () => {
	await used(person(1), [item('a')]);
	await used(person(2, 'other'), [item('b')]);
	await used(person(3), [item('c')]);
	await LocalCopy.removeOthers(nameOf(person(3)));
	expect(await names()).toEqual([nameOf(person(3))]);
});

test.each([
	['login.ended', true],
	['login.signed_out', false],
	['', false]
])('an answer 401 with the code "%s" is an end: %s', async (code, ended) => {
	vi.stubGlobal('fetch', async () => Response.json({ code }, { status: 401 }));
	const told: boolean[] = [];
	whenSignedOut((ended) => told.push(ended));
	await expect(api.me()).rejects.toMatchObject({ status: 401 });
	expect(told).toEqual([ended]);
	vi.unstubAllGlobals();
});
