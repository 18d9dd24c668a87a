import { shortDate, t, type Key, type Parameters } from '$lib/i18n';

export interface Warning {
	code: string;
	text: string;
}

/** The figures in a warning's English sentence: its first number, and the days it names. */
export function figures(text: string): { n: number; days: string[] } {
	const days = text.match(/\d{4}-\d{2}-\d{2}/g) ?? [];
	const first = /(?<![\d-])\d[\d,]*(?!-)/.exec(text.replace(/\d{4}-\d{2}-\d{2}/g, ''));
	return { n: first ? Number(first[0].replace(/,/g, '')) : 0, days };
}

/** A warning in the reader's language; one that this client does not know yet, as the server says it. */
export function warningText({ code, text }: Warning): string {
	const key = `import.warning.${code}` as Key;
	const { n, days } = figures(text);
	const [from, to] = days.map((day) => shortDate(`${day}T12:00:00`));
	const parameters: Parameters = { n, from: from ?? '', to: to ?? '' };
	const told = t(key, parameters);
	return told === key ? text : told;
}
