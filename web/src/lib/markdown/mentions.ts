export interface Part {
	text: string;
	mention: boolean;
}

const LONGEST = 100;

/** Splits a text at "@Name" where the name is one of those that could be meant. */
export function mentions(text: string, names: ReadonlySet<string> | undefined): Part[] {
	if (!names?.size || !text.includes('@')) return [{ text, mention: false }];
	const parts: Part[] = [];
	let from = 0;
	for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
		if (at < from) continue;
		const name = nameAt(text, at + 1, names);
		if (!name) continue;
		if (at > from) parts.push({ text: text.slice(from, at), mention: false });
		from = at + 1 + name.length;
		parts.push({ text: text.slice(at, from), mention: true });
	}
	if (from < text.length) parts.push({ text: text.slice(from), mention: false });
	return parts;
}

/** The longest name that begins here and ends at the end of a word. */
function nameAt(text: string, at: number, names: ReadonlySet<string>): string {
	let longest = '';
	const window = text.slice(at, at + LONGEST + 1);
	for (let end = 1; end <= window.length; end++) {
		if (end < window.length && /[\p{L}\p{N}]/u.test(window[end]!)) continue;
		const name = window.slice(0, end);
		if (names.has(name)) longest = name;
	}
	return longest;
}
