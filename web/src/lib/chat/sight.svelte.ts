// Which rows of a timeline are in the page: what is in sight and a little around it. They stand in
// the flow of a scroller that runs from its end upwards (column-reverse), so what is added or let go
// above never moves what is seen, and the end, when it is in sight, stays there by itself. Only what
// is let go below leaves a gap of its height behind.
import { flushSync } from 'svelte';
import type { Row } from './rows';

/** Rows first put in the page: more than a tall window shows. */
const FIRST = 26;
/** So far beyond the edges of what is seen rows are ready; further than LEFT they are let go. */
const READY = 900;
const LEFT = 1_600;
/** Fewer rows at once make more even frames; a fling asks for more. */
const MOST_AT_ONCE = 24;
const ROW = 56;
/** What follows the end by itself may grow so far. */
const MOST_FOLLOWED = 80;

export class Sight {
	scroller = $state.raw<HTMLElement>();
	items = $state.raw<HTMLElement>();
	/** Keys of the first and the last row in the page; '' is: as the end is followed. */
	private top = $state('');
	private bottom = $state('');
	/** Of rows below that were let go. */
	private heights = $state.raw<ReadonlyMap<string, number>>(new Map());

	readonly span = $derived.by(() => this.spanOf(this.rows()));
	readonly shown: readonly Row[] = $derived.by(() =>
		this.rows().slice(this.span.from, this.span.to)
	);
	/** The height that the rows below had which were let go. */
	readonly gap: number = $derived.by(() => {
		if (this.heights.size === 0) return 0;
		const below = this.rows().slice(this.span.to);
		return below.reduce((sum, row) => sum + (this.heights.get(row.key) ?? 0), 0);
	});

	constructor(private readonly rows: () => readonly Row[]) {}

	private spanOf(rows: readonly Row[]): { from: number; to: number } {
		const last = this.bottom ? rows.findLastIndex((row) => row.key === this.bottom) : -1;
		const to = last < 0 ? rows.length : last + 1;
		const first = this.top ? rows.findIndex((row) => row.key === this.top) : -1;
		return { from: first < 0 || first >= to ? Math.max(0, to - FIRST) : first, to };
	}

	/** How many pixels are scrolled up from the end. */
	get risen(): number {
		return this.scroller ? -this.scroller.scrollTop : 0;
	}
	private get above(): number {
		const { scroller } = this;
		return scroller ? scroller.scrollHeight - scroller.clientHeight - this.risen : 0;
	}

	/** The end, and whatever comes to it. */
	toEnd(): void {
		this.top = '';
		this.bottom = '';
		this.heights = new Map();
		flushSync();
		if (this.scroller) this.scroller.scrollTop = 0;
	}

	/** Rows around this one; answers its element. */
	around(index: number): HTMLElement | undefined {
		const rows = this.rows();
		const to = Math.min(rows.length, index + FIRST);
		const from = Math.max(0, Math.min(index - FIRST / 2, to - FIRST));
		this.heights = new Map();
		this.top = rows[from]?.key ?? '';
		this.bottom = rows[to - 1]?.key ?? '';
		flushSync();
		return this.items?.children[index - from] as HTMLElement | undefined;
	}

	/** The element of a row; one that is not in the page is put there. */
	element(index: number): HTMLElement | undefined {
		const { from, to } = this.span;
		if (index < from || index >= to) return this.around(index);
		return this.items?.children[index - from] as HTMLElement | undefined;
	}

	/** The end is in sight and is followed, or is no longer. */
	follow(whether: boolean): void {
		if (!whether) this.bottom ||= this.rows()[this.span.to - 1]?.key ?? '';
		else {
			this.bottom = '';
			const { from, to } = this.span;
			if (this.top && to - from > MOST_FOLLOWED) this.top = this.rows()[to - FIRST * 2]!.key;
		}
	}

	/** Makes rows ready where one scrolls to and lets go of those left behind. True if something changed. */
	move(): boolean {
		if (!this.items || !this.scroller?.clientHeight) return false;
		// The page shows what is told here, so that rows and elements have the same places.
		flushSync();
		const before = this.span;
		const { above } = this;
		const below = this.risen - this.gap;
		if (below < READY && before.to < this.rows().length) this.hold(() => this.extendDown(below));
		if (below > LEFT) this.leaveBottom(below);
		if (above < READY && before.from > 0) this.extendUp(above);
		else if (above > LEFT && this.top) this.leaveTop(above);
		return before.from !== this.span.from || before.to !== this.span.to;
	}

	private extendUp(above: number): void {
		const { from } = this.span;
		this.top = this.rows()[Math.max(0, from - portion(above))]!.key;
	}

	private extendDown(below: number): void {
		const rows = this.rows();
		this.keepTop();
		const next = Math.min(rows.length, this.span.to + portion(below));
		this.bottom = rows[next - 1]!.key;
	}

	private leaveTop(above: number): void {
		const { from, to } = this.span;
		let index = from;
		let far = above;
		for (const row of this.items!.children) {
			far -= (row as HTMLElement).offsetHeight;
			if (far < READY * 1.2 || index >= to - FIRST) break;
			index++;
		}
		if (index > from) this.top = this.rows()[index]!.key;
	}

	private leaveBottom(below: number): void {
		const { from, to } = this.span;
		const rows = this.rows();
		const heights = new Map(rows.slice(to).map((row) => [row.key, this.heights.get(row.key) ?? 0]));
		let index = to;
		let far = below;
		while (index > from + FIRST) {
			const height = (this.items!.children[index - 1 - from] as HTMLElement).offsetHeight;
			far -= height;
			if (far < READY * 1.2) break;
			heights.set(rows[--index]!.key, height);
		}
		if (index === to) return;
		this.keepTop();
		this.heights = heights;
		this.bottom = rows[index - 1]!.key;
	}

	private keepTop(): void {
		this.top ||= this.rows()[this.span.from]?.key ?? '';
	}

	/** Changes something below what is seen, and what is seen stays where it is. */
	hold(change: () => void): void {
		const mark = this.items?.firstElementChild;
		const before = mark?.getBoundingClientRect().top ?? 0;
		change();
		flushSync();
		if (!mark?.isConnected || !this.scroller) return;
		const moved = mark.getBoundingClientRect().top - before;
		if (moved) this.scroller.scrollTop += moved;
	}

	/** The last row whose beginning is in sight: its place among all. */
	lastInSight(): number {
		const { from, to } = this.span;
		if (!this.items || !this.scroller) return -1;
		const edge = this.scroller.getBoundingClientRect().bottom - 24;
		let low = 0;
		let high = Math.min(to - from, this.items.children.length);
		while (low < high) {
			const middle = (low + high) >> 1;
			if (this.items.children[middle]!.getBoundingClientRect().top < edge) low = middle + 1;
			else high = middle;
		}
		return from + low - 1;
	}
}

const portion = (ready: number): number =>
	Math.max(2, Math.min(MOST_AT_ONCE, Math.ceil((READY - ready) / ROW)));
