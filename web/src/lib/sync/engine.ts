// Keeps the local copy whole, as docs/protocol.md says under "How a client stays whole": the socket
// brings what happens now, GET /sync what was missed, and the cursor says where we are.
import { api, Problem } from '$lib/api';
import type { Conversation, Event, Member, Me } from '$lib/api/types';
import { BASE } from '$lib/api/http';
import { LocalCopy, nameOf } from './db';
import { Marks } from './marks';
import { Outbox } from './outbox';
import { Pace } from './pace';
import { Socket, type Frame } from './socket';
import {
	apply,
	fetched,
	forget,
	marked,
	nothing,
	put,
	smallest,
	patch,
	untouched,
	type Change
} from './state';
import { store } from './store.svelte';
import { Typing } from './typing';

/** So far behind that loading afresh is quicker than catching up. */
const TOO_FAR = 20_000;
const SETTLE = 150;

type Heard = Extract<Frame, { type: 'marks' }>;
type Asked = [
	Awaited<ReturnType<typeof api.conversations>>,
	Awaited<ReturnType<typeof api.people>>
];

export interface Ends {
	signedOut(): void;
	meChanged(change: { company?: string; person?: boolean }): void;
}

export class Engine {
	readonly outbox: Outbox;
	readonly marks: Marks;
	readonly typing: Typing;
	private readonly socket: Socket;
	private events: Event[] = [];
	private heard: Heard[] = [];
	private catching = false;
	private loading: Promise<void> | undefined;
	private readonly pace = new Pace(() => this.flush());
	private fetching: ReturnType<typeof setTimeout> | undefined;
	private readonly stale = new Set<number>();
	private readonly answers = new Map<number, (frame: Frame) => void>();
	private ref = 0;
	private writing: Promise<void> = Promise.resolve();
	private stopped = false;

	private constructor(
		readonly copy: LocalCopy,
		readonly me: number,
		private readonly ends: Ends
	) {
		const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
		this.socket = new Socket(`${scheme}//${location.host}${BASE}/live`, {
			frame: (frame) => this.frame(frame),
			lost: (code, final) => this.lost(code, final)
		});
		this.marks = new Marks(copy, (frame) => this.ready && this.socket.send(frame));
		this.typing = new Typing((frame) => this.ready && this.socket.send(frame));
		this.outbox = new Outbox(copy, this);
	}

	/** Opens the local copy and shows it; the network comes after. */
	static async open(me: Me, ends: Ends): Promise<Engine> {
		const copy = await LocalCopy.open(nameOf(me));
		const engine = new Engine(copy, me.id, ends);
		const [state, drafts] = await Promise.all([
			copy.load(me.id),
			copy.drafts(),
			engine.outbox.load()
		]);
		store.reset(state, state.cursor > 0);
		store.drafts = new Map(drafts.map((draft) => [draft.conversation, draft.text]));
		return engine;
	}

	static wipe(me: Me): Promise<void> {
		return LocalCopy.remove(nameOf(me));
	}

	/** Forgets all but what was written and never sent: the same person's next session sends it. */
	static keepUnsent(me: Me): Promise<void> {
		return LocalCopy.keepUnsent(nameOf(me));
	}

	/** Forgets whoever else used this device. */
	static wipeOthers(me: Me): Promise<void> {
		return LocalCopy.removeOthers(nameOf(me));
	}

	/** Asks for what an empty copy needs; it may be on its way before it is known whose copy it is. */
	static ask(): Promise<Asked> {
		const asked = Promise.all([api.conversations(), api.people()]);
		asked.catch(() => {});
		return asked;
	}

	start(asked?: Promise<Asked>): void {
		addEventListener('offline', this.offline);
		if (!navigator.onLine) store.link = 'off';
		this.socket.start();
		// An empty copy need not wait for the line: what happens meanwhile is caught up on.
		if (store.state.cursor === 0) this.loading = this.loadAfresh(asked).catch(() => {});
	}

	stop(): void {
		this.stopped = true;
		removeEventListener('offline', this.offline);
		this.pace.stop();
		clearTimeout(this.fetching);
		this.socket.stop();
		this.marks.stop();
		this.typing.stop();
		this.outbox.stop();
		this.copy.close();
	}

	/** Everything up to now is here, and what comes next will come by itself. */
	get ready(): boolean {
		return store.link === 'on' && this.socket.open;
	}

	/** Sends a frame that is answered; rejects if the line goes first. */
	request(frame: object, patience = 10_000): Promise<Frame> {
		return new Promise((resolve, reject) => {
			const ref = ++this.ref;
			const unanswered = () => {
				this.answers.delete(ref);
				reject(new Problem(0, 'network', 'No answer came.'));
			};
			if (!this.socket.send({ ...frame, ref })) return unanswered();
			const timer = setTimeout(unanswered, patience);
			this.answers.set(ref, (answer) => {
				clearTimeout(timer);
				this.answers.delete(ref);
				if (answer.type === 'pong') unanswered();
				else resolve(answer);
			});
		});
	}

	private readonly offline = (): void => {
		store.link = 'off';
	};

	private frame(frame: Frame): void {
		switch (frame.type) {
			case 'ready':
				store.online = new Set(frame.online);
				void this.catchUp(frame.seq);
				return;
			case 'event':
				this.events.push(frame);
				return this.gather();
			case 'marks':
				this.heard.push(frame);
				return this.gather();
			case 'typing':
				this.typing.heard(frame.conversation, frame.person);
				return;
			case 'presence': {
				const online = new Set(store.online);
				if (frame.online) online.add(frame.person);
				else online.delete(frame.person);
				store.online = online;
				return;
			}
			case 'posted':
			case 'error':
				this.answers.get(frame.ref ?? 0)?.(frame);
		}
	}

	private lost(code: number, final: boolean): void {
		for (const answer of [...this.answers.values()]) answer({ type: 'pong' });
		this.events = [];
		this.heard = [];
		store.online = new Set();
		if (code === 4100) return this.ends.signedOut();
		store.link = final ? 'refused' : 'off';
		// A refused upgrade looks like any lost line; asking over HTTP tells them apart.
		if (!final && navigator.onLine) api.me({ patience: 5_000 }).catch(() => {});
	}

	private async catchUp(head: number): Promise<void> {
		this.catching = true;
		store.link = 'waiting';
		try {
			await this.loading;
			const cursor = store.state.cursor;
			// A cursor beyond the head was given by a register that was since restored from a backup.
			if (cursor === 0 || cursor > head || head - cursor > TOO_FAR) await this.loadAfresh();
			else await this.fetchMissed();
		} catch (error) {
			this.catching = false;
			if (this.stopped) return;
			store.link = 'off';
			if (!(error instanceof Problem && error.status === 401)) {
				setTimeout(() => this.socket.open && !this.catching && void this.catchUp(head), 3_000);
			}
			return;
		}
		if (this.stopped) return;
		this.catching = false;
		store.link = 'on';
		this.socket.settled();
		this.pace.now();
		this.marks.ready();
		void this.outbox.flush();
	}

	private async fetchMissed(): Promise<void> {
		for (;;) {
			const page = await api.sync(store.state.cursor);
			if (this.stopped) return;
			const change = apply(store.state, page.events);
			change.state.cursor = Math.max(change.state.cursor, page.seq);
			this.take(change);
			if (!page.more) return;
		}
	}

	private async loadAfresh(asked = Engine.ask()): Promise<void> {
		const [{ conversations, seq }, { people }] = await asked;
		if (this.stopped) return;
		const state = {
			...nothing(this.me),
			cursor: seq,
			conversations: new Map(conversations.map((one) => [one.id, one])),
			people: new Map(people.map((one) => [one.id, one]))
		};
		this.write(() => this.copy.replace(state));
		const change = {
			...untouched(state),
			state,
			emptied: new Set(store.state.conversations.keys())
		};
		store.loaded = true;
		store.publish(change);
		for (const one of conversations) if (one.unread > 0) this.marks.delivered(one.id, one.last_n);
	}

	private gather(): void {
		if (!this.catching) this.pace.soon();
	}

	private flush(): boolean {
		if (this.catching || this.events.length + this.heard.length === 0) return false;
		const { events, heard } = this;
		this.events = [];
		this.heard = [];
		const change = apply(store.state, events);
		// Marks only rise, so they may come after all of the messages that they are about.
		for (const { conversation, marks } of heard) marked(change, conversation, marks);
		this.take(change);
		return true;
	}

	/** Shows a change and writes it down. */
	take(change: Change): void {
		store.loaded = true;
		this.outbox.arrived(change.messages);
		store.publish(change);
		this.write(() => this.copy.save(change));
		for (const id of change.stale) this.refresh(id);
		for (const message of change.messages) {
			this.typing.ended(message.conversation, message.author);
			if (message.author !== this.me) this.marks.delivered(message.conversation, message.n);
		}
		if (change.company) this.ends.meChanged({ company: change.company });
		if (change.people.has(this.me)) this.ends.meChanged({ person: true });
	}

	private write(run: () => Promise<void>): void {
		// A failed write (the disk is full) costs speed at the next start, never what was said: the
		// server has it, and the cursor on the disk stays with the state on the disk.
		this.writing = this.writing.then(run).catch((error: unknown) => console.warn(error));
	}

	/** Everything shown so far is on the disk. */
	settled(): Promise<void> {
		return this.writing;
	}

	/** Fetches a conversation again, soon: many reasons become one request. */
	refresh(id: number): void {
		this.stale.add(id);
		this.fetching ??= setTimeout(() => void this.fetchStale(), SETTLE);
	}

	private async fetchStale(): Promise<void> {
		const ids = [...this.stale];
		this.stale.clear();
		for (const id of ids) await this.fetchConversation(id).catch(() => this.stale.add(id));
		this.fetching = undefined;
		if (this.stale.size && !this.stopped) {
			this.fetching = setTimeout(() => void this.fetchStale(), 5_000);
		}
	}

	/** The conversation as the server has it; undefined if it is not mine. */
	async fetchConversation(id: number): Promise<Conversation | undefined> {
		try {
			const conversation = await api.conversation(id);
			const wanted =
				store.members(id) !== undefined ||
				(conversation.kind === 'group' && conversation.last?.author === this.me);
			const members = wanted ? (await api.members(id)).members : undefined;
			if (this.stopped) return undefined;
			const change = untouched(store.state);
			fetched(change, conversation);
			if (members) this.putMembers(change, id, members);
			if (conversation.last) change.messages.push(conversation.last);
			this.take(change);
			return store.conversation(id);
		} catch (error) {
			if (!(error instanceof Problem) || error.passing || error.status === 401) throw error;
			const change = untouched(store.state);
			forget(change, id);
			this.take(change);
			return undefined;
		}
	}

	/** Loads the members of a conversation: what the copy has at once, then what the server says. */
	async loadMembers(id: number): Promise<void> {
		if (!store.members(id)) {
			const kept = await this.copy.members(id);
			if (kept && !store.members(id)) this.takeMembers(id, kept);
		}
		const { members } = await api.members(id);
		if (!this.stopped) this.takeMembers(id, members);
	}

	private takeMembers(id: number, members: Member[]): void {
		const change = untouched(store.state);
		this.putMembers(change, id, members);
		this.take(change);
	}

	private putMembers(change: Change, id: number, members: Member[]): void {
		if (!change.state.conversations.has(id)) return;
		put(change, 'members', id, members);
		patch(change, id, smallest(members, this.me));
	}

	async refreshPeople(): Promise<void> {
		const { people } = await api.people();
		if (this.stopped) return;
		const change = untouched(store.state);
		for (const person of people) put(change, 'people', person.id, person);
		this.take(change);
	}

	/** Shows that I read as far as n, at once here and soon everywhere. */
	read(id: number, n: number): void {
		const conversation = store.conversation(id);
		if (!conversation || n <= conversation.read_n) return;
		const change = untouched(store.state);
		patch(change, id, { read_n: Math.min(n, conversation.last_n) });
		this.take(change);
		this.marks.read(id, n);
	}
}
