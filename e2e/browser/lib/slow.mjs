// How much a machine has to be slowed down to be the phone that the budgets are meant for. "Four times"
// says nothing by itself: it is Lighthouse's way to bring a good desktop into the class of a middling
// phone, and a weaker machine needs less. The measure and its classes are Lighthouse's benchmarkIndex:
// https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md#benchmarking-cpu-power

/** A good desktop, the middle of its class; a quarter of it is a phone. */
const DESKTOP = 1750;
const MOST = 4;

/** Of a machine of this speed; VERBALE_SLOWDOWN overrules it. Never more than four times. */
export const slowdown = (speed) =>
	Number(process.env.VERBALE_SLOWDOWN) || Math.max(1, Math.min(MOST, (MOST * speed) / DESKTOP));

/** The middle of several measures: tens of rounds a second, half of them strings that grow, half copies. */
export async function speedOf(page) {
	const speeds = [];
	for (let n = 0; n < 5; n++) speeds.push(await page.evaluate(measure));
	return speeds.sort((one, other) => one - other)[2];
}

function measure() {
	const rounds = (work) => {
		const began = performance.now();
		let done = 0;
		while (performance.now() - began < 500) work(done++);
		return (done / (performance.now() - began)) * 100;
	};
	const grown = rounds(() => {
		let text = '';
		for (let length = 0; length < 10_000; length++) text += 'a';
		if (text.length !== 10_000) throw new Error('not grown');
	});
	const from = Array.from({ length: 100_000 }, (_, n) => n);
	const to = [...from];
	const copied = rounds((turn) => {
		const [source, target] = turn % 2 ? [from, to] : [to, from];
		for (let n = 0; n < source.length; n++) target[n] = source[n];
	});
	return (grown + copied) / 2;
}
