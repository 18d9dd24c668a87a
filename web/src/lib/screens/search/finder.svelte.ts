// What the search box and the palette share: the words, the filters, and what they find.
import { api, type Conversation, type Hit, type Person } from '$lib/api';
import { locale } from '$lib/i18n';
import { store } from '$lib/sync';
import { listed } from '../people/order';
import { ownZone } from '../import/period';
import { matches } from './fold';
import { parseQuery, resolve, type Query } from './query';

const PATIENCE = 250; // From the last key to the question, in milliseconds.

export class Finder {
	typed = $state('');
	/** Chosen by hand; a typed form outdoes it. */
	chosen = $state({ from: 0, in: 0, before: '', after: '' });

	hits = $state.raw<Hit[]>([]);
	cursor = $state('');
	behind = $state(false);
	state = $state<'idle' | 'asking' | 'done' | 'failed'>('idle');
	more = $state(false);
	problem = $state<unknown>(null);

	query: Query = $derived(parseQuery(this.typed));

	person: Person | undefined = $derived(
		this.query.from
			? resolve(this.query.from, [...store.people.values()])
			: store.people.get(this.chosen.from)
	);
	conversation: Conversation | undefined = $derived(
		this.query.in
			? store.conversation(
					resolve(
						this.query.in,
						store.conversations.map((one) => ({ id: one.id, name: store.title(one) }))
					)?.id ?? 0
				)
			: store.conversation(this.chosen.in)
	);
	before = $derived(this.query.before || this.chosen.before);
	after = $derived(this.query.after || this.chosen.after);
	/** A typed name that nobody, or more than one, has: said instead of silently found nothing. */
	unclear = $derived({
		from: this.query.from && !this.person ? this.query.from : '',
		in: this.query.in && !this.conversation ? this.query.in : ''
	});
	filtered = $derived(Boolean(this.person || this.conversation || this.before || this.after));

	people: Person[] = $derived(
		this.query.text && !this.filtered
			? listed(store.people.values(), this.query.text, false, locale()).slice(0, 5)
			: []
	);
	conversations: Conversation[] = $derived(
		this.query.text && !this.filtered
			? store.conversations.filter((one) => matches(store.title(one), this.query.text)).slice(0, 6)
			: []
	);

	private waiting: ReturnType<typeof setTimeout> | undefined;
	private asked: AbortController | undefined;

	/** What the server is asked; "" when there is nothing to ask. */
	question: string = $derived(
		this.query.text.length < 2 || this.unclear.from || this.unclear.in
			? ''
			: JSON.stringify({
					q: this.query.text,
					from: this.person?.id,
					in: this.conversation?.id,
					before: this.before || undefined,
					after: this.after || undefined
				})
	);

	/** Asks for the messages, once the typing rests. To be called whenever the question changes. */
	follow(question: string): void {
		clearTimeout(this.waiting);
		this.asked?.abort();
		if (!question) {
			this.hits = [];
			this.cursor = '';
			this.state = 'idle';
			return;
		}
		this.state = 'asking';
		this.waiting = setTimeout(() => void this.ask(question, ''), PATIENCE);
	}

	again(): void {
		this.follow(this.question);
	}

	/** The next page of the same question. */
	async next(): Promise<void> {
		if (!this.cursor || this.more) return;
		this.more = true;
		await this.ask(this.question, this.cursor);
		this.more = false;
	}

	stop(): void {
		clearTimeout(this.waiting);
		this.asked?.abort();
	}

	private async ask(question: string, cursor: string): Promise<void> {
		const asking = (this.asked = new AbortController());
		try {
			const query = { ...JSON.parse(question), zone: ownZone(), limit: 20, cursor };
			const found = await api.search(query, { signal: asking.signal });
			if (asking.signal.aborted) return;
			this.hits = cursor ? [...this.hits, ...found.hits] : found.hits;
			this.cursor = found.cursor;
			this.behind = found.behind;
			this.problem = null;
			this.state = 'done';
		} catch (error) {
			if (asking.signal.aborted) return;
			this.problem = error;
			this.state = 'failed';
		}
	}
}
