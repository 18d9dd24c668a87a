import { parse, TYPE, type MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, test } from 'vitest';
import english from './en';
import italian from './it';

type Catalogue = Record<string, Record<string, string>>;
const both: [string, Catalogue][] = [
	['en', english],
	['it', italian]
];

function keys(catalogue: Catalogue): string[] {
	return Object.entries(catalogue).flatMap(([area, texts]) =>
		Object.keys(texts).map((key) => `${area}.${key}`)
	);
}

/** The names that a message is given, and how it uses each. */
function names(elements: MessageFormatElement[], found = new Map<string, string>()) {
	for (const element of elements) {
		if (element.type === TYPE.literal || element.type === TYPE.pound) continue;
		if (element.type === TYPE.tag) names(element.children, found);
		else {
			const kind = element.type === TYPE.select ? 'choice' : 'value';
			if (found.get(element.value) !== 'choice') found.set(element.value, kind);
		}
		if (element.type === TYPE.select || element.type === TYPE.plural) {
			for (const option of Object.values(element.options)) names(option.value, found);
		}
	}
	return found;
}

const namesOf = (text: string): string[] =>
	[...names(parse(text, { ignoreTag: true })).keys()].sort();

test('both languages say the same things', () => {
	expect(keys(italian)).toEqual(keys(english));
});

describe.each(Object.keys(english))('%s', (area) => {
	test('both languages are given the same values', () => {
		const one = (english as Catalogue)[area]!;
		const other = (italian as Catalogue)[area]!;
		for (const key of Object.keys(one)) {
			expect([key, namesOf(other[key]!)]).toEqual([key, namesOf(one[key]!)]);
		}
	});

	test.each(both)('each text can be shown in %s, for any number', (language, catalogue) => {
		for (const [key, text] of Object.entries(catalogue[area]!)) {
			expect(text.trim(), key).not.toBe('');
			for (const n of [0, 1, 2, 5, 1_000_000]) {
				const values = Object.fromEntries(namesOf(text).map((name) => [name, n]));
				const shown = new IntlMessageFormat(text, language, undefined, { ignoreTag: true }).format(
					values
				);
				expect(String(shown), key).not.toContain('undefined');
			}
		}
	});
});
