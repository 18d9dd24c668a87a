import { expect, test } from 'vitest';
import type { MessageInfo } from '$lib/api';
import { spread } from './spread';

test('a reader is named once, and the writer never', () => {
	const at = (minute: number) => `2026-01-01T10:0${minute}:00.000000Z`;
	const info = {
		message: { id: 9, author: 1 },
		versions: [],
		deleted: null,
		read: [
			{ person: 2, time: at(2) },
			{ person: 1, time: at(0) },
			{ person: 4, time: at(4) }
		],
		delivered: [
			{ person: 2, time: at(1) },
			{ person: 3, time: at(1) },
			{ person: 1, time: at(0) }
		]
	} as unknown as MessageInfo;
	const { read, delivered } = spread(info);
	expect(read.map((one) => one.person)).toEqual([4, 2]);
	expect(delivered.map((one) => one.person)).toEqual([3]);
});
