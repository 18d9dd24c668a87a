import { expect, test } from 'vitest';
import { fingerprint, grouped, parseCheckpoint } from './register';

const root = 'n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=';

test('a checkpoint gives size and root, and nothing else is taken for one', () => {
	const note = `verbale.example/acme\n1204\n${root}\n\n— verbale.example/acme AAAA\n`;
	expect(parseCheckpoint(note)).toEqual({ origin: 'verbale.example/acme', size: 1204, root });
	expect(parseCheckpoint('<!doctype html>\n<html>\n</html>')).toBeNull();
	expect(parseCheckpoint(`x\n-1\n${root}\n`)).toBeNull();
	expect(parseCheckpoint('x\n1\nshort\n')).toBeNull();
	expect(parseCheckpoint('')).toBeNull();
});

test('a fingerprint does not depend on the newline at the end of the key', async () => {
	expect(await fingerprint('test\n')).toBe(await fingerprint('test'));
	expect(await fingerprint('test')).toMatch(/^9F86 D081 ([0-9A-F]{4} ){13}0A08$/);
	expect(grouped('abcdef')).toBe('ABCD EF');
});
