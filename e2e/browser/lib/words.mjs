// The client's own catalogues, so that a test asks for a button by what the
// person reads on it, in either language, and a reworded text breaks nothing.
import { readFileSync, readdirSync } from 'node:fs';
import { IntlMessageFormat } from 'intl-messageformat';

const root = new URL('../../../web/src/lib/i18n/', import.meta.url);

const catalogues = Object.fromEntries(
	['en', 'it'].map((language) => {
		const folder = new URL(`${language}/`, root);
		const areas = readdirSync(folder).filter((name) => name.endsWith('.json'));
		return [
			language,
			Object.fromEntries(
				areas.map((name) => [name.slice(0, -5), JSON.parse(readFileSync(new URL(name, folder), 'utf8'))])
			)
		];
	})
);

/** words('it')('people.invite') is what an Italian reads there. A key that is gone fails the test. */
export function words(language) {
	return (key, parameters) => {
		const dot = key.indexOf('.');
		const text = catalogues[language][key.slice(0, dot)]?.[key.slice(dot + 1)];
		if (text === undefined) throw new Error(`the ${language} catalogue has no ${key}`);
		return new IntlMessageFormat(text, language, undefined, { ignoreTag: true }).format(parameters);
	};
}
