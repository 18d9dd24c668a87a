/** What is left of a link's life as 4:05, or null when it is over. */
export function remaining(expires: string, now: number): string | null {
	const seconds = Math.ceil((Date.parse(expires) - now) / 1000);
	if (!(seconds > 0)) return null;
	return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
