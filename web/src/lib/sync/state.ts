// The views that this device keeps of the register, and how an event changes them. Pure: given the
// same state and events the outcome is the same, and equal to what a fresh load would have given.
import type { Conversation, Event, Member, Message, Notice, Person } from '$lib/api/types';

export interface State {
	me: number;
	/** The last seq applied. */
	cursor: number;
	conversations: ReadonlyMap<number, Conversation>;
	people: ReadonlyMap<number, Person>;
	/** Only of conversations whose members were asked for. */
	members: ReadonlyMap<number, Member[]>;
}

/** What a batch of events did, so that exactly that is written and shown. */
export interface Change {
	state: State;
	conversations: Set<number>;
	people: Set<number>;
	members: Set<number>;
	messages: Message[];
	notices: Notice[];
	/** Conversations to fetch again: unknown, or membership changed. */
	stale: Set<number>;
	/** Conversations that are no longer mine. */
	forgotten: Set<number>;
	/** Conversations whose stored messages can no longer be trusted. */
	emptied: Set<number>;
	/** The company's new title. */
	company?: string;
}

export const nothing = (me: number): State => ({
	me,
	cursor: 0,
	conversations: new Map(),
	people: new Map(),
	members: new Map()
});

const NOTICES = new Set([
	'conversation.created',
	'conversation.renamed',
	'member.added',
	'member.removed',
	'member.role',
	'import.done',
	'import.undone'
]);

/** Applies events in order of seq; those already applied are dropped. */
export function apply(before: State, events: readonly Event[]): Change {
	const change = untouched(before);
	for (const event of events) {
		if (event.seq <= change.state.cursor) continue;
		change.state.cursor = event.seq;
		applyOne(change, event);
	}
	return change;
}

export function untouched(before: State): Change {
	return {
		state: {
			...before,
			conversations: new Map(before.conversations),
			people: new Map(before.people),
			members: new Map(before.members)
		},
		conversations: new Set(),
		people: new Set(),
		members: new Set(),
		messages: [],
		notices: [],
		stale: new Set(),
		forgotten: new Set(),
		emptied: new Set()
	};
}

function applyOne(change: Change, event: Event): void {
	if (NOTICES.has(event.kind)) {
		const { seq, kind, conversation, time, actor, data } = event;
		change.notices.push({ id: seq, kind, conversation, time, actor, data });
	}
	switch (event.kind) {
		case 'message.posted':
		case 'message.imported':
			return posted(change, event.data.message as Message);
		case 'message.edited':
		case 'message.deleted':
			return rewritten(change, event.data.message as Message);
		case 'read.marked':
			return marked(change, event.conversation, event.data.marks as Mark[]);
		case 'person.added':
		case 'person.changed':
			return put(change, 'people', (event.data.person as Person).id, event.data.person as Person);
		case 'company.changed':
			change.company = event.data.title as string;
			return;
		case 'conversation.renamed':
			return patch(change, event.conversation, { title: event.data.title as string });
		case 'member.role':
			return roleGiven(change, event);
		case 'member.removed':
			if (event.data.person === change.state.me) return forget(change, event.conversation);
			change.stale.add(event.conversation);
			return;
		case 'import.undone':
			change.emptied.add(event.conversation);
			change.stale.add(event.conversation);
			return;
		case 'conversation.created':
		case 'member.added':
		case 'import.done':
			change.stale.add(event.conversation);
			change.forgotten.delete(event.conversation);
	}
}

function posted(change: Change, message: Message): void {
	change.messages.push(message);
	const conversation = change.state.conversations.get(message.conversation);
	if (!conversation) {
		change.stale.add(message.conversation);
		return;
	}
	if (message.n <= conversation.last_n) return;
	// A hole before it: the range is fetched when it is shown, the counts come from the server.
	if (message.n > conversation.last_n + 1) change.stale.add(message.conversation);
	const mine = message.author === change.state.me && !message.imported;
	patch(change, message.conversation, {
		last_n: message.n,
		last: message,
		time: message.imported ? conversation.time : message.time,
		read_n: mine ? message.n : conversation.read_n
	});
	// Whoever writes has read.
	if (!message.imported) {
		const { author: person, n, time } = message;
		marked(change, message.conversation, [{ person, delivered_n: n, read_n: n, time }]);
	}
}

function rewritten(change: Change, message: Message): void {
	change.messages.push(message);
	const conversation = change.state.conversations.get(message.conversation);
	if (conversation?.last?.id === message.id) patch(change, message.conversation, { last: message });
}

function roleGiven(change: Change, event: Event): void {
	const { person, role } = event.data as { person: number; role: Member['role'] };
	if (person === change.state.me) patch(change, event.conversation, { role });
	const members = change.state.members.get(event.conversation);
	if (!members) return;
	const after = members.map((member) => (member.person === person ? { ...member, role } : member));
	put(change, 'members', event.conversation, after);
}

export interface Mark {
	person: number;
	delivered_n: number;
	read_n: number;
	time?: string;
}

/** Marks only rise: whichever of the socket, the sync and a fresh load speaks last, the highest holds. */
export function marked(change: Change, id: number, marks: readonly Mark[]): void {
	const conversation = change.state.conversations.get(id);
	if (!conversation) return;
	for (const mark of marks) {
		if (mark.person === change.state.me && mark.read_n > conversation.read_n) {
			patch(change, id, { read_n: Math.min(mark.read_n, conversation.last_n) });
		}
	}
	const others = marks.filter((mark) => mark.person !== change.state.me);
	const members = change.state.members.get(id);
	if (members) {
		const after = members.map((member) => raised(member, marks));
		put(change, 'members', id, after);
		patch(change, id, smallest(after, change.state.me));
	} else if (others.length === 0) {
		return;
	} else if (conversation.kind === 'direct') {
		for (const mark of others) {
			const now = change.state.conversations.get(id)!;
			patch(change, id, {
				others_read_n: Math.max(now.others_read_n, mark.read_n),
				others_delivered_n: Math.max(now.others_delivered_n, mark.delivered_n, mark.read_n)
			});
		}
	} else if (conversation.last?.author === change.state.me) {
		// Whether all have read it shows in the list; the members say.
		change.stale.add(id);
	}
}

function raised(member: Member, marks: readonly Mark[]): Member {
	let after = member;
	for (const mark of marks) {
		if (mark.person !== member.person) continue;
		const delivered = Math.max(mark.delivered_n, mark.read_n);
		if (mark.read_n > after.read_n) {
			after = { ...after, read_n: mark.read_n, read_at: mark.time ?? after.read_at };
		}
		if (delivered > after.delivered_n) {
			after = { ...after, delivered_n: delivered, delivered_at: mark.time ?? after.delivered_at };
		}
	}
	return after;
}

/** The smallest marks among the others: what "read by all" is decided by. */
export function smallest(members: readonly Member[], me: number): Partial<Conversation> {
	const others = members.filter((member) => member.person !== me);
	if (others.length === 0) return {};
	return {
		others_read_n: Math.min(...others.map((member) => member.read_n)),
		others_delivered_n: Math.min(...others.map((member) => member.delivered_n))
	};
}

/** Takes a conversation as the server has it now. What this device has seen beyond it is kept. */
export function fetched(change: Change, fresh: Conversation): void {
	const known = change.state.conversations.get(fresh.id);
	change.forgotten.delete(fresh.id);
	put(change, 'conversations', fresh.id, fresh);
	if (!known || change.emptied.has(fresh.id)) return;
	const ahead = known.last_n > fresh.last_n;
	patch(change, fresh.id, {
		read_n: Math.max(known.read_n, fresh.read_n),
		last_n: ahead ? known.last_n : fresh.last_n,
		last: ahead ? known.last : fresh.last,
		time: ahead ? known.time : fresh.time
	});
}

export function forget(change: Change, id: number): void {
	const conversations = change.state.conversations as Map<number, Conversation>;
	const members = change.state.members as Map<number, Member[]>;
	conversations.delete(id);
	members.delete(id);
	change.conversations.delete(id);
	change.members.delete(id);
	change.stale.delete(id);
	change.forgotten.add(id);
}

/** How many messages wait to be read: one function of the last read number. */
export function unreadOf(conversation: Conversation): number {
	return Math.max(0, conversation.last_n - Math.max(conversation.read_n, conversation.first_n - 1));
}

export function patch(change: Change, id: number, fields: Partial<Conversation>): void {
	const conversation = change.state.conversations.get(id);
	if (!conversation) return;
	const after = { ...conversation, ...fields };
	after.unread = unreadOf(after);
	put(change, 'conversations', id, after);
}

export function put<Kind extends 'conversations' | 'people' | 'members'>(
	change: Change,
	kind: Kind,
	id: number,
	value: State[Kind] extends ReadonlyMap<number, infer Value> ? Value : never
): void {
	(change.state[kind] as Map<number, unknown>).set(id, value);
	change[kind].add(id);
}
