// What components read. Only the engine and the outbox write here.
import type { Conversation, Member, Message, Person } from '$lib/api/types';
import { nothing, type Change, type State } from './state';
import type { Waiting } from './waiting';

/** on: all is current; waiting: connecting or catching up; off: no connection; refused: told not to return. */
export type Link = 'on' | 'waiting' | 'off' | 'refused';

/** A message acknowledged by the server, until its event brings it. */
export interface Outgoing extends Waiting {
	posted?: { id: number; n: number; time: string };
}

class Store {
	state = $state.raw<State>(nothing(0));
	link = $state<Link>('waiting');
	/** The local copy (or a first load) is there: an empty list is truly empty. */
	loaded = $state(false);
	online = $state.raw<ReadonlySet<number>>(new Set());
	/** Who is writing where, until when. */
	typing = $state.raw<ReadonlyMap<number, ReadonlyMap<number, number>>>(new Map());
	outgoing = $state.raw<readonly Outgoing[]>([]);
	drafts = $state.raw<ReadonlyMap<number, string>>(new Map());

	conversations: Conversation[] = $derived(
		[...this.state.conversations.values()].sort((one, other) =>
			one.time === other.time ? other.id - one.id : one.time < other.time ? 1 : -1
		)
	);
	unread: number = $derived(
		this.conversations.reduce((sum, one) => sum + (one.unread > 0 ? 1 : 0), 0)
	);

	get me(): number {
		return this.state.me;
	}
	get people(): ReadonlyMap<number, Person> {
		return this.state.people;
	}

	conversation(id: number): Conversation | undefined {
		return this.state.conversations.get(id);
	}
	members(id: number): Member[] | undefined {
		return this.state.members.get(id);
	}
	/** Who is in it, as far as is known. */
	peopleIn({ id, members_preview }: Conversation): readonly number[] {
		return this.members(id)?.map((member) => member.person) ?? members_preview;
	}
	person(id: number): Person | undefined {
		return this.state.people.get(id);
	}
	name(id: number): string {
		return this.state.people.get(id)?.name ?? '';
	}
	/** A direct conversation is called what the other is called. */
	title(conversation: Conversation): string {
		if (conversation.kind === 'direct') return this.name(conversation.person) || conversation.title;
		return conversation.title;
	}
	author(message: Message): string {
		if (message.imported && !message.author) return message.imported.name;
		return this.name(message.author) || message.imported?.name || '';
	}

	private readonly listeners = new Set<(change: Change) => void>();

	/** Calls `then` with each change from now on; the answer ends it. */
	listen(then: (change: Change) => void): () => void {
		this.listeners.add(then);
		return () => this.listeners.delete(then);
	}

	publish(change: Change): void {
		this.state = change.state;
		for (const listener of [...this.listeners]) listener(change);
	}

	reset(state: State, loaded: boolean): void {
		this.state = state;
		this.loaded = loaded;
	}

	clear(): void {
		this.state = nothing(0);
		this.loaded = false;
		this.link = 'waiting';
		this.online = new Set();
		this.typing = new Map();
		this.outgoing = [];
		this.drafts = new Map();
	}
}

export const store = new Store();
