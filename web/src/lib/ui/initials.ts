/** How many avatar colours the tokens define (`--av-0` … `--av-7`). */
export const AVATAR_COLOURS = 8;

/** The avatar colour of a number: the same person has the same colour on every screen and device. */
export function avatarColour(number: number): string {
	return `var(--av-${Math.abs(Math.trunc(number)) % AVATAR_COLOURS})`;
}

/**
 * At most two letters that stand for a name: first and last word, by whole characters as a reader
 * sees them, so that an emoji or a letter with an accent is never cut in half.
 */
export function initials(name: string): string {
	let found = known.get(name);
	if (found === undefined) {
		if (known.size > 1_000) known.clear();
		known.set(name, (found = initialsOf(name)));
	}
	return found;
}

/** Taking characters apart is slow, and the same few names come again in every row. */
const known = new Map<string, string>();

function initialsOf(name: string): string {
	const words = name
		.normalize('NFC')
		.split(/[\s.,;:()_/-]+/u)
		.filter((word) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(word));
	if (words.length === 0) return '?';
	const first = firstCharacter(words[0]!);
	if (words.length === 1) return first;
	return first + firstCharacter(words[words.length - 1]!);
}

const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function firstCharacter(word: string): string {
	const start = word.replace(/^[^\p{L}\p{N}\p{Extended_Pictographic}]+/u, '');
	const [character] = characters.segment(start);
	return (character?.segment ?? '?').toLocaleUpperCase();
}
