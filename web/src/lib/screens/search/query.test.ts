import { expect, test } from 'vitest';
import { matches } from './fold';
import { cut } from './snippet';
import { parseQuery, resolve } from './query';

test('typed forms are taken out of the text, in both languages', () => {
	expect(parseQuery('cemento from:anna in:"Cantiere Porta Nuova" after:2025-01-01')).toEqual({
		text: 'cemento',
		from: 'anna',
		in: 'Cantiere Porta Nuova',
		before: '',
		after: '2025-01-01'
	});
	expect(parseQuery('da:Luca prima:2025-02-03 ferro trasporto')).toEqual({
		text: 'ferro trasporto',
		from: 'Luca',
		in: '',
		before: '2025-02-03',
		after: ''
	});
});

test('what only looks like a filter stays text', () => {
	expect(parseQuery('ore 10:30 https://x.it nota:ciao').text).toBe(
		'ore 10:30 https://x.it nota:ciao'
	);
	expect(parseQuery('after:yesterday').text).toBe('after:yesterday');
	expect(parseQuery('after:2025-13-40').text).toBe('after:2025-13-40');
	expect(parseQuery('from:').text).toBe('from:');
});

test('an unfinished quotation is taken as far as it goes', () => {
	expect(parseQuery('in:"Porta Nuo')).toMatchObject({ in: 'Porta Nuo', text: '' });
});

test('a name is resolved only when it can mean one', () => {
	const people = [
		{ id: 1, name: 'Anna Bianchi' },
		{ id: 2, name: 'Anna Rossi' },
		{ id: 3, name: 'Élodie Ré' }
	];
	expect(resolve('anna', people)).toBeUndefined();
	expect(resolve('anna r', people)?.id).toBe(2);
	expect(resolve('rossi', people)?.id).toBe(2);
	expect(resolve('elodie', people)?.id).toBe(3);
	expect(resolve('nobody', people)).toBeUndefined();
});

test('a name box finds by the beginning of any word, without accents', () => {
	expect(matches('Niccolò De Filippis', 'filip nicc')).toBe(true);
	expect(matches('Niccolò De Filippis', 'lippis')).toBe(false);
});

test('a snippet comes back as the very text, in pieces, whatever the marks say', () => {
	const text = 'Il <b>più</b> vecchio 👷 contratto';
	const pieces = cut({
		text,
		marks: [
			{ start: 6, end: 9 },
			{ start: 25, end: 34 }
		]
	});
	expect(pieces.map((piece) => piece.text).join('')).toBe(text);
	expect(pieces.filter((piece) => piece.hit).map((piece) => piece.text)).toEqual([
		'più',
		'contratto'
	]);
	const wild = [
		{ start: 30, end: 99 },
		{ start: -4, end: 2 },
		{ start: 1, end: 4 },
		{ start: 9, end: 9 }
	];
	expect(
		cut({ text, marks: wild })
			.map((piece) => piece.text)
			.join('')
	).toBe(text);
	expect(cut({ text: '', marks: [] })).toEqual([]);
});
