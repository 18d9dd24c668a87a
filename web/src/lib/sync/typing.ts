import { store } from './store.svelte';

const SAY_EVERY = 3_000;
const SHOW_FOR = 5_000;

/** Who is writing: said at most every three seconds, shown for five. */
export class Typing {
	private readonly said = new Map<number, number>();
	private timer: ReturnType<typeof setTimeout> | undefined;

	constructor(private readonly send: (frame: object) => boolean) {}

	say(conversation: number): void {
		const now = Date.now();
		if (now - (this.said.get(conversation) ?? 0) < SAY_EVERY) return;
		if (this.send({ type: 'typing', conversation })) this.said.set(conversation, now);
	}

	heard(conversation: number, person: number): void {
		if (person === store.me) return;
		this.change(conversation, (people) => people.set(person, Date.now() + SHOW_FOR));
		this.expireLater();
	}

	/** What someone wrote is there, so he no longer writes it. */
	ended(conversation: number, person: number): void {
		if (!store.typing.get(conversation)?.has(person)) return;
		this.change(conversation, (people) => people.delete(person));
	}

	stop(): void {
		clearTimeout(this.timer);
	}

	private change(conversation: number, change: (people: Map<number, number>) => void): void {
		const all = new Map(store.typing);
		const people = new Map(all.get(conversation));
		change(people);
		if (people.size) all.set(conversation, people);
		else all.delete(conversation);
		store.typing = all;
	}

	private expireLater(): void {
		clearTimeout(this.timer);
		this.timer = setTimeout(() => {
			const now = Date.now();
			for (const [conversation, people] of store.typing) {
				for (const [person, until] of people) {
					if (until <= now) this.change(conversation, (left) => left.delete(person));
				}
			}
			if (store.typing.size) this.expireLater();
		}, 1_000);
	}
}
