import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Pace } from './pace';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** Something arrives every 50 ms for ten seconds, and showing it takes so long: when it was shown. */
function flood(takes: number): number[] {
	const shown: number[] = [];
	let waiting = 0;
	const pace = new Pace(
		() => {
			if (!waiting) return false;
			waiting = 0;
			shown.push(performance.now());
			return true;
		},
		(then) => setTimeout(then, takes)
	);
	for (let n = 0; n < 200; n++) {
		waiting++;
		pace.soon();
		vi.advanceTimersByTime(50);
	}
	vi.advanceTimersByTime(1_000);
	expect(waiting, 'something was never shown').toBe(0);
	return shown;
}

test('what comes alone does not wait', () => {
	let shown = 0;
	const pace = new Pace(
		() => !!++shown,
		(then) => setTimeout(then, 60)
	);
	for (let n = 1; n <= 5; n++) {
		pace.soon();
		vi.advanceTimersByTime(0);
		expect(shown).toBe(n);
		vi.advanceTimersByTime(2_000);
	}
});

test('a flood is shown ten times a second where that costs nothing', () => {
	const shown = flood(1);
	expect(shown.length).toBeGreaterThan(90);
	expect(shown.length).toBeLessThan(110);
});

test('a flood takes no more than a quarter of the time, and nothing waits for longer than a second', () => {
	for (const takes of [40, 80, 200]) {
		const shown = flood(takes);
		// The first two tell how long it takes.
		expect(((shown.length - 2) * takes) / 10_000, `${takes} ms each`).toBeLessThanOrEqual(0.26);
		const gaps = shown.slice(1).map((at, n) => at - shown[n]!);
		expect(Math.max(...gaps)).toBeLessThanOrEqual(1_000 + takes);
	}
});

test('what is told to stop shows nothing more', () => {
	let shown = 0;
	const pace = new Pace(() => !!++shown);
	pace.soon();
	pace.stop();
	vi.advanceTimersByTime(5_000);
	expect(shown).toBe(0);
});
