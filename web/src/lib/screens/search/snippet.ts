/** A piece of a message around what was found; the marks count UTF-16 units, as strings here do. */
export interface Snippet {
	text: string;
	marks: { start: number; end: number }[];
}
export interface Piece {
	text: string;
	hit: boolean;
}

/** Cuts a snippet into pieces, those found marked. Text comes out, never markup. */
export function cut({ text, marks }: Snippet): Piece[] {
	const pieces: Piece[] = [];
	const add = (from: number, to: number, hit: boolean) => {
		if (to > from) pieces.push({ text: text.slice(from, to), hit });
	};
	let at = 0;
	for (const mark of [...marks].sort((a, b) => a.start - b.start)) {
		const start = Math.min(Math.max(mark.start, at), text.length);
		const end = Math.min(Math.max(mark.end, start), text.length);
		add(at, start, false);
		add(start, end, true);
		at = end;
	}
	add(at, text.length, false);
	return pieces;
}
