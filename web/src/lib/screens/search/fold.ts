/** A text without the differences that a reader looking for something does not mean: case, accents, width. */
export function fold(text: string): string {
	return text
		.normalize('NFKD')
		.replace(/\p{M}+/gu, '')
		.toLowerCase()
		.replace(/ß/g, 'ss')
		.replace(/[’']/g, "'");
}

/** Whether every word of the query begins some word of the text: what people expect of a name box. */
export function matches(text: string, query: string): boolean {
	const words = fold(text).split(/[^\p{L}\p{N}]+/u);
	return fold(query)
		.split(/[^\p{L}\p{N}]+/u)
		.filter(Boolean)
		.every((wanted) => words.some((word) => word.startsWith(wanted)));
}
