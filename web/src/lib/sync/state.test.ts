import { describe, expect, test } from 'vitest';
import type { Conversation, Event, Member, Message, Person } from '$lib/api/types';
import {
	apply,
	fetched,
	nothing,
	patch,
	put,
	smallest,
	unreadOf,
	untouched,
	type State
} from './state';

/** A server in small: it enters events, and answers what a fresh load would. */
class Register {
	seq = 0;
	events: Event[] = [];
	conversations = new Map<
		number,
		{ title: string; members: Member[]; messages: Message[]; created: string }
	>();
	people = new Map<number, Person>();

	enter(kind: string, conversation: number, actor: number, subject: number, data: object): number {
		const seq = ++this.seq;
		const time = timeOf(seq);
		this.events.push({
			seq,
			kind,
			time,
			actor,
			conversation,
			subject,
			data: data as Event['data']
		});
		return seq;
	}
	person(name: string): number {
		const id = this.seq + 1;
		const person: Person = {
			id,
			name,
			role: 'member',
			active: true,
			online: false,
			joined: timeOf(id)
		};
		this.people.set(id, person);
		return this.enter('person.added', 0, id, 0, { person });
	}
	rename(id: number, name: string): void {
		const person = { ...this.people.get(id)!, name };
		this.people.set(id, person);
		this.enter('person.changed', 0, id, id, { person });
	}
	create(members: number[]): number {
		const id = this.seq + 1;
		const made = members.map((person, at) =>
			member(person, at === 0 ? 'admin' : 'member', 1, timeOf(id))
		);
		this.conversations.set(id, {
			title: `group ${id}`,
			members: made,
			messages: [],
			created: timeOf(id)
		});
		const told = members.map((person) => ({ person, first_n: 1 }));
		return this.enter('conversation.created', id, members[0]!, 0, {
			kind: 'group',
			title: `group ${id}`,
			members: told
		});
	}
	retitle(id: number, by: number, title: string): void {
		this.conversations.get(id)!.title = title;
		this.enter('conversation.renamed', id, by, 0, { title });
	}
	post(id: number, author: number, text: string): void {
		const { messages, members } = this.conversations.get(id)!;
		const seq = this.seq + 1;
		const message: Message = {
			id: seq,
			n: messages.length + 1,
			conversation: id,
			author,
			time: timeOf(seq),
			text,
			reply_to: 0,
			edited: null,
			deleted: null,
			files: [],
			imported: null
		};
		messages.push(message);
		this.enter('message.posted', id, author, 0, { message });
		raise(
			members.find((one) => one.person === author)!,
			message.n,
			timeOf(seq)
		);
	}
	edit(id: number, n: number, text: string): void {
		const { messages } = this.conversations.get(id)!;
		const message = { ...messages[n - 1]!, text, edited: timeOf(this.seq + 1) };
		messages[n - 1] = message;
		this.enter('message.edited', id, message.author, message.id, { message });
	}
	remove(id: number, n: number, by: number): void {
		const { messages } = this.conversations.get(id)!;
		const message = { ...messages[n - 1]!, text: '', deleted: { by, time: timeOf(this.seq + 1) } };
		messages[n - 1] = message;
		this.enter('message.deleted', id, by, message.id, { message });
	}
	read(id: number, person: number, n: number): void {
		const one = this.conversations.get(id)!.members.find((m) => m.person === person)!;
		raise(one, n, timeOf(this.seq + 1));
		const { delivered_n, read_n } = one;
		this.enter('read.marked', id, 0, 0, { marks: [{ person, delivered_n, read_n }] });
	}
	role(id: number, person: number, role: 'admin' | 'member'): void {
		this.conversations.get(id)!.members.find((m) => m.person === person)!.role = role;
		this.enter('member.role', id, person, 0, { person, role });
	}
	add(id: number, person: number): void {
		const { members, messages } = this.conversations.get(id)!;
		const first_n = messages.length + 1;
		members.push(member(person, 'member', first_n, timeOf(this.seq + 1)));
		this.enter('member.added', id, members[0]!.person, 0, { members: [{ person, first_n }] });
	}
	drop(id: number, person: number): void {
		const conversation = this.conversations.get(id)!;
		conversation.members = conversation.members.filter((one) => one.person !== person);
		this.enter('member.removed', id, person, person, { person });
	}

	seenBy(me: number, id: number): Conversation | undefined {
		const found = this.conversations.get(id);
		const mine = found?.members.find((one) => one.person === me);
		if (!found || !mine) return undefined;
		const last = found.messages.length >= mine.first_n ? found.messages.at(-1)! : null;
		const conversation = {
			id,
			kind: 'group' as const,
			title: found.title,
			created: found.created,
			person: 0,
			member_count: found.members.length,
			members_preview: found.members
				.map((one) => one.person)
				.sort((a, b) => a - b)
				.slice(0, 3),
			role: mine.role,
			first_n: mine.first_n,
			last_n: found.messages.length,
			read_n: mine.read_n,
			unread: 0,
			last,
			others_read_n: 0,
			others_delivered_n: 0,
			imported: false,
			time: found.messages.at(-1)?.time ?? found.created,
			...smallest(found.members, me)
		};
		return { ...conversation, unread: unreadOf(conversation) };
	}
	fresh(me: number): State {
		const state = { ...nothing(me), cursor: this.seq };
		const conversations = new Map<number, Conversation>();
		const members = new Map<number, Member[]>();
		for (const id of this.conversations.keys()) {
			const seen = this.seenBy(me, id);
			if (!seen) continue;
			conversations.set(id, seen);
			members.set(
				id,
				this.conversations.get(id)!.members.map((one) => ({ ...one }))
			);
		}
		return { ...state, conversations, members, people: new Map(this.people) };
	}
	/** What the engine does with conversations that it is told to fetch again. */
	refetch(state: State, stale: Iterable<number>): State {
		const change = untouched(state);
		for (const id of stale) {
			const seen = this.seenBy(state.me, id);
			if (!seen) continue;
			fetched(change, structuredClone(seen));
			const members = this.conversations.get(id)!.members.map((one) => ({ ...one }));
			put(change, 'members', id, members);
			patch(change, id, smallest(members, state.me));
		}
		return change.state;
	}
}

const timeOf = (seq: number) => new Date(Date.UTC(2026, 0, 1) + seq * 1000).toISOString();
const member = (person: number, role: Member['role'], first_n: number, joined: string): Member => ({
	person,
	role,
	joined,
	first_n,
	delivered_n: first_n - 1,
	delivered_at: null,
	read_n: first_n - 1,
	read_at: null
});
function raise(one: Member, n: number, time: string): void {
	if (n > one.read_n) Object.assign(one, { read_n: n, read_at: time });
	if (n > one.delivered_n) Object.assign(one, { delivered_n: n, delivered_at: time });
}
/** When a mark was set is told by the members' list, not by each event. */
function comparable(state: State) {
	return {
		conversations: [...state.conversations].sort(([a], [b]) => a - b),
		people: [...state.people].sort(([a], [b]) => a - b),
		members: [...state.members]
			.sort(([a], [b]) => a - b)
			.map(([id, members]) => [
				id,
				[...members]
					.sort((a, b) => a.person - b.person)
					.map(({ read_at: _, delivered_at: __, ...rest }) => rest)
			])
	};
}
function generator(seed: number): (below: number) => number {
	let state = seed;
	return (below) => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return Math.floor((state / 2 ** 32) * below);
	};
}

function randomStep(register: Register, pick: (below: number) => number, people: number[]): void {
	const ids = [...register.conversations.keys()];
	const id = ids[pick(ids.length)]!;
	const { members, messages } = register.conversations.get(id) ?? { members: [], messages: [] };
	const who = members[pick(members.length)]?.person;
	const step = ids.length === 0 ? 0 : pick(10);
	if (step === 0) register.create(people.filter((_, at) => at === 0 || pick(2) === 0));
	else if (who === undefined) return;
	else if (step <= 3) register.post(id, who, `text ${register.seq}`);
	else if (step === 4 && messages.length)
		register.edit(id, 1 + pick(messages.length), `edit ${register.seq}`);
	else if (step === 5 && messages.length) register.remove(id, 1 + pick(messages.length), who);
	else if (step === 6 && messages.length) register.read(id, who, 1 + pick(messages.length));
	else if (step === 7) register.retitle(id, who, `title ${register.seq}`);
	else if (step === 8) register.role(id, who, pick(2) ? 'admin' : 'member');
	else if (pick(3) === 0) register.rename(people[pick(people.length)]!, `name ${register.seq}`);
	else {
		const outside = people.find((person) => !members.some((one) => one.person === person));
		if (outside && pick(2)) register.add(id, outside);
		else if (members.length > 1) register.drop(id, who);
	}
}

describe('events applied to an old state equal a fresh load', () => {
	test.each(Array.from({ length: 60 }, (_, at) => at + 1))('story %i', (seed) => {
		const pick = generator(seed);
		const register = new Register();
		const people = ['Anna', 'Luca', 'Marco', 'Sara'].map((name) => register.person(name));
		const me = people[0]!;
		for (let step = 0; step < 20; step++) randomStep(register, pick, people);
		let state = register.fresh(me);
		for (let step = 0; step < 80; step++) {
			const from = state.cursor;
			for (let burst = pick(6); burst >= 0; burst--) randomStep(register, pick, people);
			const events = register.events
				.filter((event) => event.seq > from)
				.filter((event) => seen(register, me, event));
			const change = apply(state, structuredClone(events));
			change.state.cursor = register.seq;
			state = register.refetch(change.state, change.stale);
			expect(comparable(state)).toEqual(comparable(register.fresh(me)));
		}
	});
});

/** The server shows an event to whoever is a member now, and a removal to the one removed. */
function seen(register: Register, me: number, event: Event): boolean {
	if (!event.conversation) return true;
	if (event.kind === 'member.removed' && event.data.person === me) return true;
	const mine = register.conversations
		.get(event.conversation)!
		.members.find((one) => one.person === me);
	const message = event.data.message as Message | undefined;
	return !!mine && (!message || message.n >= mine.first_n);
}

describe('one event', () => {
	const register = new Register();
	const me = register.person('Me');
	const other = register.person('Other');
	const id = register.create([me, other]);
	register.post(id, other, 'one');
	register.post(id, other, 'two');
	const state = register.fresh(me);

	test('the same again changes nothing', () => {
		const change = apply(state, register.events);
		expect(change.messages).toEqual([]);
		expect(comparable(change.state)).toEqual(comparable(state));
	});
	test('a message of one’s own is read by writing it', () => {
		register.post(id, me, 'three');
		const after = apply(state, register.events).state.conversations.get(id)!;
		expect(after).toMatchObject({ last_n: 3, read_n: 3, unread: 0 });
	});
	test('a hole makes the conversation stale', () => {
		const late = structuredClone(register.events.at(-1)!);
		(late.data.message as Message).n = 9;
		late.seq = 900;
		expect(apply(state, [late]).stale.has(id)).toBe(true);
	});
	test('marks never fall', () => {
		const mark = (seq: number, read_n: number): Event => ({
			seq,
			kind: 'read.marked',
			time: timeOf(seq),
			actor: 0,
			conversation: id,
			subject: 0,
			data: { marks: [{ person: other, delivered_n: read_n, read_n }] }
		});
		const after = apply(state, [mark(901, 2), mark(902, 1)]).state;
		expect(after.members.get(id)!.find((one) => one.person === other)!.read_n).toBe(2);
		expect(after.conversations.get(id)!.others_read_n).toBe(2);
	});
	test('an undone import takes the conversation that was made for it along', () => {
		const event = (seq: number, kind: string, data: Record<string, unknown>): Event => ({
			...{ seq, kind, data, time: timeOf(seq), actor: other, conversation: id },
			subject: (data.person as number) ?? 0
		});
		const undone = event(910, 'import.undone', { count: 2, name: 'chat.txt' });
		const leaves = [other, me].map((person, at) => event(911 + at, 'member.removed', { person }));
		const change = apply(state, [undone, ...leaves]);
		expect(change.state.conversations.has(id)).toBe(false);
		expect(change.state.members.has(id)).toBe(false);
		expect([...change.forgotten]).toEqual([id]);
		expect(change.stale.has(id)).toBe(false);
	});
	test('the state before is left as it was', () => {
		const before = comparable(state);
		apply(state, [{ ...register.events.at(-1)!, seq: 950 }]);
		expect(comparable(state)).toEqual(before);
	});
});
