// The local copy in IndexedDB: one database for each company and person on this device. A crash at
// any point leaves the state of some earlier event, whole, with the cursor that belongs to it.
import { deleteDB, openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Conversation, Me, Member, Message, Notice, Person } from '$lib/api/types';
import type { Change, State } from './state';
import type { Waiting } from './waiting';

interface Schema extends DBSchema {
	conversations: { key: number; value: Conversation };
	members: { key: number; value: { conversation: number; members: Member[] } };
	people: { key: number; value: Person };
	messages: { key: [number, number]; value: Message; indexes: { id: number } };
	notices: { key: [number, number]; value: Notice };
	outbox: { key: string; value: Waiting };
	drafts: { key: number; value: Draft };
	meta: { key: string; value: unknown };
}

export interface Draft {
	conversation: number;
	text: string;
	reply_to: number;
}

const ALL = ['conversations', 'members', 'people', 'messages', 'notices', 'meta'] as const;
const everyN = (id: number) => IDBKeyRange.bound([id, 0], [id, Number.MAX_SAFE_INTEGER]);

const OURS = 'verbale.';

/** What the copy of a person of a company is called. */
export const nameOf = (me: Me): string => `${OURS}${me.company.name}.${me.id}`;

export class LocalCopy {
	private constructor(
		readonly name: string,
		private readonly db: IDBPDatabase<Schema>
	) {}

	static async open(name: string): Promise<LocalCopy> {
		const db = await openDB<Schema>(name, 1, {
			upgrade(fresh) {
				fresh.createObjectStore('conversations', { keyPath: 'id' });
				fresh.createObjectStore('members', { keyPath: 'conversation' });
				fresh.createObjectStore('people', { keyPath: 'id' });
				fresh
					.createObjectStore('messages', { keyPath: ['conversation', 'n'] })
					.createIndex('id', 'id');
				fresh.createObjectStore('notices', { keyPath: ['conversation', 'id'] });
				fresh.createObjectStore('outbox', { keyPath: 'key' });
				fresh.createObjectStore('drafts', { keyPath: 'conversation' });
				fresh.createObjectStore('meta');
			},
			blocking(_old, _new, event) {
				// Another page removes or upgrades the copy: get out of its way.
				(event.target as IDBDatabase).close();
			}
		});
		return new LocalCopy(name, db);
	}

	static remove(name: string): Promise<void> {
		return deleteDB(name);
	}

	/** Keeps the outbox and nothing else; if it is empty, nothing at all. */
	static async keepUnsent(name: string): Promise<void> {
		const copy = await LocalCopy.open(name);
		const tx = copy.db.transaction([...ALL, 'drafts', 'outbox'], 'readwrite');
		for (const store of [...ALL, 'drafts'] as const) void tx.objectStore(store).clear();
		const unsent = await tx.objectStore('outbox').count();
		await tx.done;
		copy.close();
		if (unsent === 0) await LocalCopy.remove(name);
	}

	/** Removes every copy on this device but one: another person's, and what still waited in it. */
	static async removeOthers(name: string): Promise<void> {
		const all = (await indexedDB.databases?.()) ?? [];
		const others = all.flatMap((one) => one.name ?? []).filter((one) => one !== name);
		const ours = others.filter((one) => one.startsWith(OURS));
		await Promise.all(ours.map((one) => LocalCopy.remove(one)));
	}

	close(): void {
		this.db.close();
	}

	async load(me: number): Promise<State> {
		const tx = this.db.transaction(['conversations', 'people', 'meta']);
		const [conversations, people, cursor] = await Promise.all([
			tx.objectStore('conversations').getAll(),
			tx.objectStore('people').getAll(),
			tx.objectStore('meta').get('cursor') as Promise<number | undefined>
		]);
		return {
			me,
			cursor: cursor ?? 0,
			conversations: new Map(conversations.map((one) => [one.id, one])),
			people: new Map(people.map((one) => [one.id, one])),
			members: new Map()
		};
	}

	/** Writes what a batch changed and the cursor that it reached, in one transaction. */
	async save(change: Change): Promise<void> {
		const { state } = change;
		const tx = this.db.transaction(ALL, 'readwrite');
		for (const id of [...change.forgotten, ...change.emptied]) {
			void tx.objectStore('messages').delete(everyN(id));
			void tx.objectStore('notices').delete(everyN(id));
		}
		for (const id of change.forgotten) {
			void tx.objectStore('conversations').delete(id);
			void tx.objectStore('members').delete(id);
		}
		for (const id of change.conversations) {
			void tx.objectStore('conversations').put(state.conversations.get(id)!);
		}
		for (const id of change.members) {
			void tx.objectStore('members').put({ conversation: id, members: state.members.get(id)! });
		}
		for (const id of change.people) void tx.objectStore('people').put(state.people.get(id)!);
		for (const message of change.messages) void tx.objectStore('messages').put(message);
		for (const notice of change.notices) {
			if (notice.conversation) void tx.objectStore('notices').put(notice);
		}
		void tx.objectStore('meta').put(state.cursor, 'cursor');
		await tx.done;
	}

	/** Puts a fresh load in the place of everything but the outbox and the drafts. */
	async replace(state: State): Promise<void> {
		const tx = this.db.transaction(ALL, 'readwrite');
		for (const store of ALL) void tx.objectStore(store).clear();
		for (const one of state.conversations.values()) void tx.objectStore('conversations').put(one);
		for (const one of state.people.values()) void tx.objectStore('people').put(one);
		void tx.objectStore('meta').put(state.cursor, 'cursor');
		await tx.done;
	}

	async keepPage(messages: readonly Message[], notices: readonly Notice[]): Promise<void> {
		const tx = this.db.transaction(['messages', 'notices'], 'readwrite');
		for (const message of messages) void tx.objectStore('messages').put(message);
		for (const notice of notices) void tx.objectStore('notices').put(notice);
		await tx.done;
	}

	/** Messages of a conversation with from <= n <= to, in order; some may be missing. */
	messages(conversation: number, from: number, to: number): Promise<Message[]> {
		return this.db.getAll('messages', IDBKeyRange.bound([conversation, from], [conversation, to]));
	}

	message(id: number): Promise<Message | undefined> {
		return this.db.getFromIndex('messages', 'id', id);
	}

	/** Notices of a conversation whose numbers lie between two others. */
	notices(conversation: number, from: number, to: number): Promise<Notice[]> {
		return this.db.getAll('notices', IDBKeyRange.bound([conversation, from], [conversation, to]));
	}

	async members(conversation: number): Promise<Member[] | undefined> {
		return (await this.db.get('members', conversation))?.members;
	}

	outbox(): Promise<Waiting[]> {
		return this.db.getAll('outbox');
	}

	/** Returns only when it is on the disk: what is shown as waiting must survive the browser's end. */
	async putWaiting(item: Waiting): Promise<void> {
		const tx = this.db.transaction('outbox', 'readwrite', { durability: 'strict' });
		void tx.store.put(item);
		await tx.done;
	}

	removeWaiting(key: string): Promise<void> {
		return this.db.delete('outbox', key);
	}

	draft(conversation: number): Promise<Draft | undefined> {
		return this.db.get('drafts', conversation);
	}

	drafts(): Promise<Draft[]> {
		return this.db.getAll('drafts');
	}

	async keepDraft(draft: Draft): Promise<void> {
		if (draft.text || draft.reply_to) await this.db.put('drafts', draft);
		else await this.db.delete('drafts', draft.conversation);
	}

	meta<Value>(key: string): Promise<Value | undefined> {
		return this.db.get('meta', key) as Promise<Value | undefined>;
	}

	async keepMeta(key: string, value: unknown): Promise<void> {
		await this.db.put('meta', value, key);
	}
}
