import { expect, test } from 'vitest';
import { matches } from './fold';
import { highlight } from './highlight';
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
	expect(parseQuery('ore 10:30 https://x.it nota:ciao').text).toBe('ore 10:30 https://x.it nota:ciao');
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

test('highlighting gives back the very text, in pieces', () => {
	const text = 'Il contratto <b>più</b> vecchio: i CONTRATTI, più in là';
	const pieces = highlight(text, 'contratto piu');
	expect(pieces.map((piece) => piece.text).join('')).toBe(text);
	expect(pieces.filter((piece) => piece.hit).map((piece) => piece.text)).toEqual([
		'contratto',
		'più',
		'CONTRATTI',
		'più'
	]);
	expect(highlight('nothing here', '')).toEqual([{ text: 'nothing here', hit: false }]);
	expect(highlight('', 'x')).toEqual([]);
});
