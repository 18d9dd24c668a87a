import { expect, test } from 'vitest';
import { nameFault } from './name';

test('a name has 1 to 100 characters as people count them, and none that controls', () => {
	expect(nameFault('Anna')).toBeNull();
	expect(nameFault('   ')).toBe('empty');
	expect(nameFault('👷'.repeat(100))).toBeNull();
	expect(nameFault('a'.repeat(101))).toBe('too_long');
	expect(nameFault('An\u0000na')).toBe('control');
});
