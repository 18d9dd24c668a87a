import { fold } from './fold';

export interface Piece {
	text: string;
	hit: boolean;
}

/**
 * Cuts a text into pieces, those that the query meant marked. Only text comes out, never markup, so
 * whatever a message says stays what it says. A word counts when it begins with a wanted one, or
 * shares its stem's length with it ("contratti" is found by "contratto").
 */
export function highlight(text: string, query: string): Piece[] {
	const wanted = fold(query)
		.split(/[^\p{L}\p{N}]+/u)
		.filter((word) => word.length > 0);
	const pieces: Piece[] = [];
	if (wanted.length === 0) return text ? [{ text, hit: false }] : [];
	let at = 0;
	for (const match of text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
		const word = fold(match[0]);
		if (!wanted.some((one) => means(word, one))) continue;
		if (match.index > at) pieces.push({ text: text.slice(at, match.index), hit: false });
		pieces.push({ text: match[0], hit: true });
		at = match.index + match[0].length;
	}
	if (at < text.length) pieces.push({ text: text.slice(at), hit: false });
	return pieces;
}

function means(word: string, wanted: string): boolean {
	if (word.startsWith(wanted)) return true;
	if (wanted.length < 5 || word.length < 5) return false;
	const stem = Math.max(4, Math.max(wanted.length, word.length) - 2);
	return word.length >= stem - 1 && word.slice(0, stem - 1) === wanted.slice(0, stem - 1);
}
