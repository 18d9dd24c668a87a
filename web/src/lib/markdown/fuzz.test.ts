import { expect, test } from 'vitest';
import { parse, plain } from '.';

// A small generator with a seed, so that a failure can be seen again.
function generator(seed: number): () => number {
	let state = seed;
	return () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return state / 2 ** 32;
	};
}

const PIECES = [
	...'*_`[]()>-\\\n\t .!#|{}<"\'&;:/?=@+~',
	...['**', '***', '```', '](', 'https://', 'www.', 'mailto:', 'javascript:', '1. ', '- ', '> '],
	...['parola', 'è', '𝕏', '👨‍👩‍👧', '\u202e', '\u200d', '\u0000', '\ud800', '<script>', 'a@b.it']
];

test('no text breaks the parser, and none of it is invented', () => {
	for (let seed = 1; seed <= 3000; seed++) {
		const random = generator(seed);
		const length = 1 + Math.floor(random() * 60);
		const text = Array.from({ length }, () => PIECES[Math.floor(random() * PIECES.length)]!).join(
			''
		);
		const shown = plain(text);
		const had = new Map<string, number>();
		for (const char of text) had.set(char, (had.get(char) ?? 0) + 1);
		for (const char of shown) {
			const left = (had.get(char) ?? 0) - 1;
			if (/\s/.test(char)) continue; // lines may end in another way
			expect(left, `seed ${seed}: ${JSON.stringify(char)} was invented`).toBeGreaterThanOrEqual(0);
			had.set(char, left);
		}
		for (const found of JSON.stringify(parse(text)).matchAll(/"href":"([^"]*)"/g))
			expect(found[1], `seed ${seed}`).toMatch(/^(https?:\/\/|mailto:)/);
	}
}, 30_000); // a busy machine takes its time
