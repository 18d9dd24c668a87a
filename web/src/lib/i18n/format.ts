// Dates, numbers and sizes as the reader writes them. Formatters are costly to make, so each is
// made once for a locale.
import { locale, t } from './runtime.svelte';

const made = new Map<string, Intl.DateTimeFormat>();

function dates(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
	const key = `${locale()} ${name}`;
	let format = made.get(key);
	if (!format) made.set(key, (format = new Intl.DateTimeFormat(locale(), options)));
	return format;
}

type Moment = string | number | Date;
const at = (moment: Moment): Date => (moment instanceof Date ? moment : new Date(moment));

/** 10:42 */
export function clock(moment: Moment): string {
	return dates('clock', { hour: '2-digit', minute: '2-digit' }).format(at(moment));
}

/** 3 Nov 2025, 10:42 */
export function fullTime(moment: Moment): string {
	return dates('full', {
		day: 'numeric',
		month: 'short',
		year: 'numeric',
		hour: '2-digit',
		minute: '2-digit'
	}).format(at(moment));
}

/** 03/11/25 */
export function shortDate(moment: Moment): string {
	return dates('short', { day: '2-digit', month: '2-digit', year: '2-digit' }).format(at(moment));
}

export function sameDay(one: Moment, other: Moment): boolean {
	return at(one).toDateString() === at(other).toDateString();
}

function daysAgo(moment: Date, now: Date): number {
	const day = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
	return Math.round((day(now) - day(moment)) / 86_400_000);
}

/** What stands in the list: 10:42 today, "yesterday", the weekday for a week, then the date. */
export function listTime(moment: Moment, now: Date = new Date()): string {
	const date = at(moment);
	const days = daysAgo(date, now);
	if (days <= 0) return clock(date);
	if (days === 1) return t('app.yesterday');
	if (days < 7) return dates('weekday', { weekday: 'short' }).format(date);
	return shortDate(date);
}

/** What stands between the days of a conversation. */
export function dayName(moment: Moment, now: Date = new Date()): string {
	const date = at(moment);
	const days = daysAgo(date, now);
	if (days === 0) return t('app.today_title');
	if (days === 1) return t('app.yesterday_title');
	if (days > 1 && days < 7) return capital(dates('long weekday', { weekday: 'long' }).format(date));
	if (date.getFullYear() === now.getFullYear()) {
		return capital(dates('day', { weekday: 'long', day: 'numeric', month: 'long' }).format(date));
	}
	return capital(dates('year', { day: 'numeric', month: 'long', year: 'numeric' }).format(date));
}

function capital(text: string): string {
	return text.charAt(0).toLocaleUpperCase(locale()) + text.slice(1);
}

export function number(value: number): string {
	return new Intl.NumberFormat(locale()).format(value);
}

/** 2.1 MB */
export function bytes(size: number): string {
	const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
	let step = 0;
	while (size >= 1000 && step < units.length - 1) {
		size /= 1000;
		step++;
	}
	return new Intl.NumberFormat(locale(), {
		style: 'unit',
		unit: units[step],
		unitDisplay: step === 0 ? 'long' : 'short',
		maximumFractionDigits: size < 10 && step > 0 ? 1 : 0
	}).format(size);
}
