// The texts of the client: whole ICU messages in one flat catalogue for each area and language.
// Only the language in use is loaded; a message is parsed when it is first shown.
import { IntlMessageFormat } from 'intl-messageformat';
import type english from './en';

type Catalogue = typeof english;
type KeysOf<Area extends keyof Catalogue> = `${Area}.${keyof Catalogue[Area] & string}`;

export type Key = { [Area in keyof Catalogue]: KeysOf<Area> }[keyof Catalogue];
export type Language = 'it' | 'en';
export type Parameters = Record<string, string | number | Date | boolean>;

export const LANGUAGES: { code: Language; name: string }[] = [
	{ code: 'it', name: 'Italiano' },
	{ code: 'en', name: 'English' }
];

const load: Record<Language, () => Promise<{ default: Record<string, Record<string, string>> }>> = {
	it: () => import('./it'),
	en: () => import('./en')
};

interface Loaded {
	language: Language;
	locale: string;
	texts: Record<string, Record<string, string>>;
}

let state = $state.raw<Loaded>({ language: 'en', locale: 'en', texts: {} });
let parsed = new Map<string, IntlMessageFormat>();

export function language(): Language {
	return state.language;
}

/** The reader's own locale where it speaks the chosen language (it-CH), else the language alone. */
export function locale(): string {
	return state.locale;
}

export function t(key: Key, parameters?: Parameters): string {
	const dot = key.indexOf('.');
	const text = state.texts[key.slice(0, dot)]?.[key.slice(dot + 1)];
	if (text === undefined) return key;
	if (!text.includes('{') && !text.includes("'")) return text;
	let message = parsed.get(key);
	if (!message) {
		message = new IntlMessageFormat(text, state.locale, undefined, { ignoreTag: true });
		parsed.set(key, message);
	}
	return message.format(parameters) as string;
}

export async function setLanguage(wanted: Language): Promise<void> {
	const texts = (await load[wanted]()).default;
	parsed = new Map();
	state = { language: wanted, locale: localeFor(wanted), texts };
	if (typeof document !== 'undefined') {
		document.documentElement.lang = wanted;
		remember(wanted);
	}
}

/** Loads the language chosen on this device, or the browser's. */
export async function startLanguage(): Promise<void> {
	const chosen = document.documentElement.lang;
	await setLanguage(chosen === 'it' ? 'it' : 'en');
}

function localeFor(wanted: Language): string {
	const own = typeof navigator === 'undefined' ? [] : (navigator.languages ?? []);
	const region = own.find((tag) => tag.toLowerCase().split('-')[0] === wanted);
	// English without a country of its own means the reader is elsewhere: 24 hours, day before month.
	return region ?? (wanted === 'en' ? 'en-GB' : wanted);
}

function remember(wanted: Language): void {
	try {
		localStorage.setItem('verbale.language', wanted);
	} catch {
		// Storage is forbidden: the choice lasts as long as the page.
	}
}
