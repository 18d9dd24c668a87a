import type { Message } from '$lib/api/types';

/** The colour of a person's name: that of the avatar, made to be read as text. */
export function nameColour(number: number): string {
	return `var(--name-${Math.abs(number) % 8})`;
}

/** The number that a writer's colour comes from. Who is nobody here has it from the name. */
export function writerNumber({ author, imported }: Message): number {
	if (author || !imported) return author;
	let sum = 0;
	for (const char of imported.name) sum = (sum * 31 + char.codePointAt(0)!) % 9973;
	return sum;
}
