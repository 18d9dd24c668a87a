import { expect, test } from 'vitest';
import { figures } from './warnings';

test('the figures of a warning are found in its sentence', () => {
	expect(figures('Nothing was written for 41 days, from 2025-01-03 to 2025-02-13.')).toEqual({
		n: 41,
		days: ['2025-01-03', '2025-02-13']
	});
	expect(figures('More than 1,000 names write in this file.')).toEqual({ n: 1000, days: [] });
	expect(figures('Please check the dates.')).toEqual({ n: 0, days: [] });
});
