import type { MessageInfo } from '$lib/api';

export type Reached = MessageInfo['read'][number];

/** Whoever has read it need not be named again among those who only have it; the latest first. */
export function spread(info: MessageInfo): { read: Reached[]; delivered: Reached[] } {
	const readers = new Set(info.read.map((one) => one.person));
	const latest = (one: Reached, other: Reached) => other.time.localeCompare(one.time);
	const others = (one: Reached) => one.person !== info.message.author;
	return {
		read: info.read.filter(others).sort(latest),
		delivered: info.delivered.filter((one) => others(one) && !readers.has(one.person)).sort(latest)
	};
}
