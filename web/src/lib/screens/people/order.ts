import type { Person, Role } from '$lib/api';
import { matches } from '../search/fold';

/** The people to show: those the words find, who work here first, by name as the reader sorts. */
export function listed(
	people: Iterable<Person>,
	query: string,
	former: boolean,
	locale: string
): Person[] {
	const order = new Intl.Collator(locale, { sensitivity: 'base', numeric: true });
	return [...people]
		.filter((person) => (former || person.active) && matches(person.name, query))
		.sort((a, b) => Number(b.active) - Number(a.active) || order.compare(a.name, b.name));
}

const rank: Record<Role, number> = { member: 0, admin: 1, owner: 2 };

/** The roles that somebody may give to another: none above one's own, and none to those above. */
export function rolesToGive(mine: Role, theirs: Role): Role[] {
	if (rank[theirs] > rank[mine]) return [];
	return (['member', 'admin', 'owner'] as const).filter((role) => rank[role] <= rank[mine]);
}
