import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { AVATAR_COLOURS, avatarColour, initials } from './initials';

test('initials are the first and the last word, whole characters', () => {
	expect(initials('Anna Bianchi')).toBe('AB');
	expect(initials('anna')).toBe('A');
	expect(initials('Anna Maria De Filippis')).toBe('AF');
	expect(initials('  élodie  ébène ')).toBe('ÉÉ');
	expect(initials('👩🏽‍🔧 Officina')).toBe('👩🏽‍🔧O');
	expect(initials('(Cantiere) Porta-Nuova')).toBe('CN');
	expect(initials('李 小龙')).toBe('李小');
	expect(initials('… —')).toBe('?');
	expect(initials('')).toBe('?');
});

test('every number has one of the colours, always the same', () => {
	for (const number of [0, 1, 7, 8, 4_503_599_627_370_495, -3]) {
		expect(avatarColour(number)).toMatch(/^var\(--av-[0-7]\)$/);
		expect(avatarColour(number)).toBe(avatarColour(number));
	}
});

test('initials can be read on every avatar colour', () => {
	const tokens = readFileSync(new URL('../look/tokens.css', import.meta.url), 'utf8');
	const colour = (name: string) => {
		const found = new RegExp(`--${name}:\\s*#([0-9a-f]{6})`, 'i').exec(tokens);
		if (!found) throw new Error(`no --${name} in tokens.css`);
		return found[1]!;
	};
	for (let slot = 0; slot < AVATAR_COLOURS; slot++) {
		expect(
			contrast(colour(`av-${slot}`), colour('on-avatar')),
			`--av-${slot}`
		).toBeGreaterThanOrEqual(4.5);
	}
});

function contrast(a: string, b: string): number {
	const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
	return (light + 0.05) / (dark + 0.05);
}

function luminance(hex: string): number {
	const [r, g, b] = [0, 2, 4].map((at) => {
		const channel = parseInt(hex.slice(at, at + 2), 16) / 255;
		return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
	}) as [number, number, number];
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
