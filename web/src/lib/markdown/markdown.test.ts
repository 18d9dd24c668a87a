import { describe, expect, test } from 'vitest';
import corpus from './corpus.json';
import { emojiOnly, parse, plain } from '.';
import { mentions } from './mentions';
import { safeHref, type Block, type Inline } from './parse';

describe('plain text', () => {
	test.each(corpus)('$text', ({ text, plain: expected }) => {
		expect(plain(text)).toBe(expected);
	});
});

function links(text: string): { href: string; text: string; host: string }[] {
	const found: { href: string; text: string; host: string }[] = [];
	const inInline = (pieces: Inline[]): void => {
		for (const piece of pieces) {
			if (piece.type === 'link') found.push(piece);
			if (piece.type === 'strong' || piece.type === 'em') inInline(piece.children);
		}
	};
	const inBlocks = (blocks: Block[]): void => {
		for (const block of blocks) {
			if (block.type === 'paragraph') inInline(block.children);
			if (block.type === 'quote') inBlocks(block.children);
			if (block.type === 'list') block.items.forEach((item) => inInline(item.children));
		}
	};
	inBlocks(parse(text));
	return found;
}

describe('links', () => {
	test.each([
		'javascript:alert(1)',
		'JaVaScRiPt:alert(1)',
		' javascript:alert(1)',
		'java\tscript:alert(1)',
		'java\nscript:alert(1)',
		'\u0001javascript:alert(1)',
		'data:text/html;base64,PHNjcmlwdD4=',
		'vbscript:msgbox(1)',
		'file:///etc/passwd',
		'blob:https://example.org/1',
		'//evil.example',
		'/relative',
		'https:\\\\evil.example',
		'https://user:pass@evil.example/',
		'https://good.example@evil.example/',
		'&#106;avascript:alert(1)',
		'https://'
	])('%j goes nowhere', (target) => {
		expect(safeHref(target)).toBe('');
		for (const link of links(`[x](${target}) ${target}`)) {
			expect(link.href).toMatch(/^(https?:\/\/|mailto:)/);
			expect(link.href).not.toMatch(/@/);
		}
	});

	test('an attribute cannot be broken out of', () => {
		const [link] = links('[x](https://example.org/"onmouseover="alert(1))');
		expect(link?.href ?? '').not.toContain('"');
	});

	test('a full stop, a comma and an unopened bracket stay outside', () => {
		expect(links('(see https://example.org/a).')[0]?.href).toBe('https://example.org/a');
		expect(links('https://example.org/a_(b)!')[0]?.href).toBe('https://example.org/a_(b)');
		expect(links('www.example.org, yes')[0]?.href).toBe('https://www.example.org/');
	});

	test('words that name another place do not hide where the link goes', () => {
		expect(links('[www.bank.example](https://evil.example/)')[0]?.host).toBe('evil.example');
		expect(links('[https://bank.example/a](https://evil.example/)')[0]?.host).toBe('evil.example');
		expect(links('[www.bank.example](https://www.bank.example/a)')[0]?.host).toBe('');
		expect(links('[our page](https://example.org/)')[0]?.host).toBe('');
	});

	test('a look-alike host is shown for what it is', () => {
		expect(links('https://аpple.example')[0]?.href).toContain('xn--');
	});
});

describe('hostile input takes no longer than harmless input', () => {
	const size = 20_000;
	const repeat = (piece: string) => piece.repeat(Math.ceil(size / piece.length)).slice(0, size);
	test.each([
		['[', repeat('[')],
		['[a](', repeat('[a](')],
		['](', repeat('](')],
		['nested brackets', '['.repeat(10_000) + ']'.repeat(10_000)],
		['*', repeat('*a ')],
		['**a', repeat('**a')],
		['*a_b', repeat('*a _b ')],
		['`', Array.from({ length: 190 }, (_, n) => '`'.repeat(n + 1)).join(' ')],
		['` apart', repeat('` ')],
		['>', '>'.repeat(size)],
		['> on every line', repeat('> > > >\n')],
		['fences', repeat('```\n')],
		['fence openers', repeat('``` a\n')],
		['items', repeat('- a\n')],
		['indents', repeat('        - \n')],
		['backslashes', '\\'.repeat(size)],
		['addresses', repeat('https://a')],
		['http', repeat('http')],
		['www.', repeat('www.')],
		['tails', 'https://a' + '.'.repeat(size)],
		['brackets at the end', repeat('https://a)))))) ')],
		['line breaks', '\n'.repeat(size)],
		['combining marks', 'a' + '\u0301'.repeat(size)],
		['spaces', ' '.repeat(size)],
		['digits', '1'.repeat(size)]
	])('%s', (_, text) => {
		const start = performance.now();
		expect(typeof plain(text)).toBe('string');
		expect(performance.now() - start).toBeLessThan(250);
	});
});

test('no character is lost or invented where nothing is marked', () => {
	for (const text of ['<script>alert(1)</script>', '{{7*7}} ${1}', '\u202eabc', 'a\u0000b']) {
		expect(plain(text)).toBe(text);
	}
});

describe('emoji', () => {
	test.each(['👍', '👨‍👩‍👧', '👍🏽 ❤️', '🇮🇹'])('%s is large', (text) =>
		expect(emojiOnly(text)).toBe(true)
	);
	test.each(['', '1', '12#', 'ok 👍', '👍👍👍👍'])('%j is not', (text) =>
		expect(emojiOnly(text)).toBe(false)
	);
});

describe('mentions', () => {
	const names = new Set(['Anna', 'Anna Bianchi', 'Marco']);
	const found = (text: string) =>
		mentions(text, names)
			.filter((part) => part.mention)
			.map((part) => part.text);
	test('the longest name counts', () => {
		expect(found('hi @Anna Bianchi, and @Marco.')).toEqual(['@Anna Bianchi', '@Marco']);
	});
	test('a part of a word is no name', () => {
		expect(found('@Annalisa @marco a@b')).toEqual([]);
	});
	test('nothing is lost', () => {
		const text = '@Anna@Marco @@ x@Anna';
		expect(
			mentions(text, names)
				.map((part) => part.text)
				.join('')
		).toBe(text);
	});
});
