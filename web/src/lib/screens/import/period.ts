import type { ImportAnalysis } from '$lib/api';

/** Whether the order of day and month had to be guessed, so that the reader should look. */
export function orderIsDoubtful(analysis: ImportAnalysis): boolean {
	return analysis.date_order_reason === 'assumed';
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
