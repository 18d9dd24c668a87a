import { beforeEach, describe, expect, test } from 'vitest';
import { bytes, clock, dayName, listTime, number, setLanguage, t } from '.';

const now = new Date(2026, 10, 25, 15, 30); // a Wednesday
const at = (days: number, hour = 9) => new Date(2026, 10, 25 - days, hour, 5);

describe('in Italian', () => {
	beforeEach(() => setLanguage('it'));
	test('the list says the hour, yesterday, the weekday, the date', () => {
		expect(listTime(at(0), now)).toBe('09:05');
		expect(listTime(at(1, 23), now)).toBe('ieri');
		expect(listTime(at(2), now)).toBe('lun');
		expect(listTime(at(6), now)).toBe('gio');
		expect(listTime(at(7), now)).toBe('18/11/26');
	});
	test('a clock that is a little ahead is still today', () => {
		expect(listTime(new Date(2026, 10, 25, 15, 31), now)).toBe('15:31');
	});
	test('days have names', () => {
		expect(dayName(at(0), now)).toBe('Oggi');
		expect(dayName(at(1), now)).toBe('Ieri');
		expect(dayName(at(3), now)).toBe('Domenica');
		expect(dayName(at(30), now)).toBe('Lunedì 26 ottobre');
		expect(dayName(at(400), now)).toBe('21 ottobre 2025');
	});
	test('numbers and sizes are written the Italian way', () => {
		expect(number(48123)).toBe('48.123');
		expect(bytes(2_100_000)).toBe('2,1 MB');
		expect(bytes(0)).toMatch(/^0 byte/);
	});
	test('plurals', () => {
		expect(t('chat.people', { n: 1 })).toBe('1 persona');
		expect(t('chat.people', { n: 14 })).toBe('14 persone');
	});
});

describe('in English', () => {
	beforeEach(() => setLanguage('en'));
	test('yesterday and the clock', () => {
		expect(listTime(at(1), now)).toBe('yesterday');
		expect(clock(at(0))).toMatch(/^0?9:05( AM)?$/);
	});
	test('the others are counted without the one who is named', () => {
		expect(t('chat.typing_who', { n: 3, name: 'Anna', other: 'Luca' })).toBe(
			'Anna and 2 others are writing …'
		);
		expect(t('chat.typing_who', { n: 2, name: 'Anna', other: 'Luca' })).toBe(
			'Anna and Luca are writing …'
		);
	});
});
