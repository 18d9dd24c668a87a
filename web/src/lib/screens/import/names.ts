import { fold } from '../search/fold';

export interface NameMapping {
	name: string;
	messages: number;
	/** Whom the export means: a colleague (their number), a contact outside, or nobody we know. */
	kind: 'person' | 'contact' | 'nobody';
	person: number;
	/** Chosen by us because the names are equal; the reader is told so. */
	guessed: boolean;
}

/** Fills the table in: equal names are the same colleague, all others stay contacts until said. */
export function prefill(
	names: { name: string; messages: number }[],
	colleagues: { id: number; name: string }[]
): NameMapping[] {
	const byName = new Map<string, number[]>();
	for (const { id, name } of colleagues) {
		const key = nameKey(name);
		byName.set(key, [...(byName.get(key) ?? []), id]);
	}
	return names.map(({ name, messages }) => {
		// Two colleagues of one name cannot be told apart by us.
		const same = byName.get(nameKey(name)) ?? [];
		return same.length === 1
			? { name, messages, kind: 'person', person: same[0]!, guessed: true }
			: { name, messages, kind: 'contact', person: 0, guessed: false };
	});
}

/** `~Anna  Bianchi` and `anna bianchi` are one name: the phone marks unknown senders with a tilde. */
function nameKey(name: string): string {
	return fold(name.replace(/^[~\u202f\u00a0\s\u200e\u200f]+/u, ''))
		.split(/\s+/)
		.filter(Boolean)
		.sort()
		.join(' ');
}

/** The table as the server takes it. */
export function asNames(
	table: NameMapping[]
): { name: string; person?: number; contact?: string }[] {
	return table.map(({ name, kind, person }) => {
		if (kind === 'person' && person) return { name, person };
		if (kind === 'contact') return { name, contact: name };
		return { name };
	});
}

/** Who may see the import when nothing else is said: I, and every colleague who wrote in it. */
export function firstMembers(table: NameMapping[], me: number): number[] {
	const members = new Set([me]);
	for (const row of table) if (row.kind === 'person' && row.person) members.add(row.person);
	return [...members];
}

/** A title out of a file's name: `WhatsApp Chat - Site.zip`, `Chat WhatsApp con Site.txt` -> `Site`. */
export function titleFromFile(file: string): string {
	const bare = file
		.replace(/\.(zip|txt)$/i, '')
		.replace(
			/^_?(chat whatsapp con|whatsapp chat with|whatsapp chat|chat di whatsapp con|whatsapp-chat mit|_chat)\b\s*[-–:]?\s*/i,
			''
		)
		.replace(/\s*\(\d+\)$/, '')
		.trim();
	return bare || file.replace(/\.(zip|txt)$/i, '');
}
