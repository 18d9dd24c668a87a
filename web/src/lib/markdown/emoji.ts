// Built at run time: a browser that does not know the flag shows emoji small, and nothing worse.
const EMOJI = build();

function build(): RegExp | undefined {
	try {
		return new RegExp('^(?:\\p{RGI_Emoji}|\\s)+$', 'v');
	} catch {
		return undefined;
	}
}

/** One to three emoji and nothing else: shown large. */
export function emojiOnly(text: string): boolean {
	if (text.length > 60) return false;
	const bare = text.trim();
	if (!bare || !EMOJI?.test(bare)) return false;
	return [...new Intl.Segmenter().segment(bare.replace(/\s/g, ''))].length <= 3;
}
