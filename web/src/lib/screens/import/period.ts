import type { ImportAnalysis } from '$lib/api';

/** The analysis, with what decided the date order. */
export type Analysis = ImportAnalysis & { date_order_reason?: string };

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
