import { expect, test } from 'vitest';
import { remaining } from './countdown';

test('a link counts down to nothing and never below', () => {
	const expires = '2026-01-01T00:05:00.000000Z';
	const at = (time: string) => remaining(expires, Date.parse(time));
	expect(at('2026-01-01T00:00:00Z')).toBe('5:00');
	expect(at('2026-01-01T00:04:55.500Z')).toBe('0:05');
	expect(at('2026-01-01T00:05:00Z')).toBeNull();
	expect(remaining('not a time', 0)).toBeNull();
});
