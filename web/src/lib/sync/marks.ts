// How far I got: gathered for a moment, then said once. Marks only rise, so saying one again is
// harmless, and those that may have been lost with the line are said again on the next.
import type { LocalCopy } from './db';

interface Mark {
	delivered: number;
	read: number;
}

const GATHER = 400;

export class Marks {
	private readonly open = new Map<number, Mark>();
	private unsure = new Map<number, Mark>();
	private timer: ReturnType<typeof setTimeout> | undefined;

	constructor(
		private readonly copy: LocalCopy,
		private readonly send: (frame: object) => boolean
	) {
		void this.recall();
	}

	delivered(conversation: number, n: number): void {
		this.raise(conversation, { delivered: n, read: 0 });
	}

	read(conversation: number, n: number): void {
		this.raise(conversation, { delivered: n, read: n });
	}

	/** The line is new: whatever the old one may have lost is said again. */
	ready(): void {
		for (const [conversation, mark] of this.unsure) this.raise(conversation, mark);
		this.unsure = new Map();
	}

	stop(): void {
		clearTimeout(this.timer);
	}

	private raise(conversation: number, mark: Mark): void {
		const before = this.open.get(conversation) ?? { delivered: 0, read: 0 };
		this.open.set(conversation, {
			delivered: Math.max(before.delivered, mark.delivered),
			read: Math.max(before.read, mark.read)
		});
		this.timer ??= setTimeout(() => this.flush(), GATHER);
	}

	private flush(): void {
		this.timer = undefined;
		for (const [conversation, mark] of this.open) {
			this.send({ type: 'mark', conversation, ...mark });
			this.unsure.set(conversation, mark);
		}
		this.open.clear();
		// Read marks made offline must outlive the page.
		const reads = [...this.unsure].filter(([, mark]) => mark.read > 0).slice(-200);
		void this.copy.keepMeta('reads', reads).catch(() => {});
	}

	private async recall(): Promise<void> {
		const kept = await this.copy.meta<[number, Mark][]>('reads').catch(() => undefined);
		for (const [conversation, mark] of kept ?? []) {
			if (!this.unsure.has(conversation)) this.unsure.set(conversation, mark);
		}
	}
}
