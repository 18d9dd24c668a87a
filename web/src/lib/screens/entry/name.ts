/** Whether a name or a title is one the server will take: 1 to 100 characters, none that controls. */
export function nameFault(name: string): 'empty' | 'too_long' | 'control' | null {
	const bare = name.trim();
	if (bare === '') return 'empty';
	if ([...bare].length > 100) return 'too_long';
	if (/\p{Cc}/u.test(bare)) return 'control';
	return null;
}
