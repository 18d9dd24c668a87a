import { fold } from './fold';

/** What stands in the search box, taken apart. Names are still names; who they are is asked later. */
export interface Query {
	text: string;
	from: string;
	in: string;
	before: string;
	after: string;
}

type Filter = Exclude<keyof Query, 'text'>;

/** The typed forms, in both languages, so that a habit survives a change of language. */
const forms: Record<string, Filter> = {
	from: 'from',
	da: 'from',
	in: 'in',
	before: 'before',
	prima: 'before',
	after: 'after',
	dopo: 'after'
};

/** Takes `from:anna in:"Site Porta Nuova" after:2025-01-01 cement` apart; the last of a kind counts. */
export function parseQuery(typed: string): Query {
	const query: Query = { text: '', from: '', in: '', before: '', after: '' };
	const form = /(^|\s)(\p{L}+):(?:"([^"]*)"?|(\S+))/gu;
	query.text = typed
		.replace(form, (whole, _space: string, name: string, quoted?: string, bare?: string) => {
			const filter = forms[fold(name)];
			const value = (quoted ?? bare ?? '').trim();
			if (!filter || !value) return whole;
			if ((filter === 'before' || filter === 'after') && !isDate(value)) return whole;
			query[filter] = value;
			return ' ';
		})
		.replace(/\s+/g, ' ')
		.trim();
	return query;
}

function isDate(value: string): boolean {
	return /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value));
}

/** The one thing a typed name can mean: an equal name first, otherwise the only one it begins. */
export function resolve<T extends { id: number; name: string }>(
	name: string,
	all: T[]
): T | undefined {
	const wanted = fold(name);
	const equal = all.filter((one) => fold(one.name) === wanted);
	if (equal.length === 1) return equal[0];
	const begun = all.filter((one) =>
		[fold(one.name), ...fold(one.name).split(/\s+/)].some((part) => part.startsWith(wanted))
	);
	return begun.length === 1 ? begun[0] : undefined;
}

/** The typed text without its forms of one kind: what is left when a chip is taken off. */
export function withoutForm(typed: string, filter: Filter): string {
	return typed
		.replace(/(^|\s)(\p{L}+):(?:"[^"]*"?|\S+)/gu, (whole, _space: string, name: string) =>
			forms[fold(name)] === filter ? ' ' : whole
		)
		.replace(/\s+/g, ' ')
		.trimStart();
}
