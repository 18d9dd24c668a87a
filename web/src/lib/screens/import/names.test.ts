import { expect, test } from 'vitest';
import { asNames, firstMembers, prefill, titleFromFile } from './names';

const colleagues = [
	{ id: 3, name: 'Anna Bianchi' },
	{ id: 4, name: 'Luca Verdi' },
	{ id: 5, name: 'Luca Verdi' }
];

test('equal names are prefilled, doubtful ones are not', () => {
	const table = prefill(
		[
			{ name: '~ anna  BIANCHI', messages: 3 },
			{ name: 'Bianchi Anna', messages: 2 },
			{ name: 'Luca Verdi', messages: 1 },
			{ name: '+39 333 1234567', messages: 1 }
		],
		colleagues
	);
	expect(table.map((row) => [row.kind, row.person, row.guessed])).toEqual([
		['person', 3, true],
		['person', 3, true],
		['contact', 0, false],
		['contact', 0, false]
	]);
});

test('those who may see it at first are I and the colleagues found', () => {
	const table = prefill([{ name: 'Anna Bianchi', messages: 3 }], colleagues);
	expect(firstMembers(table, 9)).toEqual([9, 3]);
	expect(firstMembers(table, 3)).toEqual([3]);
});

test('the table is sent without what was not chosen', () => {
	const row = prefill([{ name: 'Anna Bianchi', messages: 3 }], colleagues)[0]!;
	expect(asNames([row])).toEqual([{ name: 'Anna Bianchi', person: 3 }]);
	expect(asNames([{ ...row, kind: 'nobody' }])).toEqual([{ name: 'Anna Bianchi' }]);
	expect(asNames([{ ...row, person: 0 }])).toEqual([{ name: 'Anna Bianchi' }]);
	expect(asNames([{ ...row, kind: 'contact' }])).toEqual([
		{ name: 'Anna Bianchi', contact: 'Anna Bianchi' }
	]);
});

test('a title is found in the file names that the phones give', () => {
	expect(titleFromFile('Chat WhatsApp con Cantiere Porta Nuova.zip')).toBe('Cantiere Porta Nuova');
	expect(titleFromFile('WhatsApp Chat - Fornitori (2).zip')).toBe('Fornitori');
	expect(titleFromFile('WhatsApp Chat with Anna Bianchi.txt')).toBe('Anna Bianchi');
	expect(titleFromFile('_chat.txt')).toBe('_chat');
});
