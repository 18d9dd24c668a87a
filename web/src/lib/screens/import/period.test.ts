import { expect, test } from 'vitest';
import type { ImportAnalysis } from '$lib/api';
import { orderIsDoubtful, timeZones } from './period';
import { looksLikeExport } from './uploads.svelte';

const analysis = (extra: Partial<ImportAnalysis>): ImportAnalysis => ({
	file: '_chat.txt',
	platform: 'ios',
	language: 'it',
	date_order: 'dmy',
	date_order_reason: '',
	messages: 1,
	system: 0,
	deleted: 0,
	edited: 0,
	people: [],
	media: { present: 0, missing: 0 },
	first: '2025-11-03T09:01:03',
	last: '2025-11-03T09:01:03',
	warnings: [],
	...extra
});

test('the reader is asked about the dates only when they were guessed', () => {
	expect(orderIsDoubtful(analysis({}))).toBe(false);
	expect(orderIsDoubtful(analysis({ date_order_reason: 'first_over_12' }))).toBe(false);
	expect(orderIsDoubtful(analysis({ date_order_reason: 'assumed' }))).toBe(true);
});

test('the own time zone comes first and once, and UTC is always there', () => {
	const zones = timeZones('Europe/Rome');
	expect(zones[0]).toBe('Europe/Rome');
	expect(zones.filter((zone) => zone === 'Europe/Rome')).toHaveLength(1);
	expect(zones).toContain('UTC');
	expect(timeZones('UTC').filter((zone) => zone === 'UTC')).toHaveLength(1);
});

test('only text and zip files travel', () => {
	expect(['a.txt', 'B.ZIP', 'c.pdf', 'zip'].map(looksLikeExport)).toEqual([
		true,
		true,
		false,
		false
	]);
});
