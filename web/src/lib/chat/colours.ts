/** The colour of a person's name: that of the avatar, made to be read as text. */
export function avatarName(number: number): string {
	return `var(--name-${Math.abs(number) % 8})`;
}
