import type { ImportAnalysis, ImportComparison, ImportLine } from '$lib/api';

/** The analysis, with what decided the date order. */
export type Analysis = ImportAnalysis & { date_order_reason?: string };

/** A line of a comparison; what is no text has a kind and perhaps no words. */
export type Line = ImportLine & { line?: number; kind?: string };

/** Two exports side by side; the lists hold the first thousand lines, the counts all. */
export type Comparison = Omit<ImportComparison, 'only_here' | 'only_there'> & {
	only_here: Line[];
	only_there: Line[];
	only_here_count?: number;
	only_there_count?: number;
	/** Minutes that the other's clock was ahead. */
	shift?: number;
};

/** Whether the order of day and month had to be guessed, so that the reader should look. */
export function orderIsDoubtful(analysis: Analysis): boolean {
	return (
		analysis.warnings.some(({ code }) => /date.*(ambiguous|order)|ambiguous.*date/.test(code)) ||
		/ambiguous|guess|assum|default/i.test(analysis.date_order_reason ?? '')
	);
}

/** Time zones, the reader's own first, without those that only repeat another. */
export function timeZones(own: string): string[] {
	const all =
		typeof Intl.supportedValuesOf === 'function' ? Intl.supportedValuesOf('timeZone') : [];
	return [
		own,
		...all.filter((zone) => zone !== own),
		...(all.includes('UTC') || own === 'UTC' ? [] : ['UTC'])
	];
}

/** The reader's time zone. */
export function ownZone(): string {
	return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}
