// When what has arrived is shown. What comes alone is shown at once; what follows within a moment is
// gathered, so that a flood is ten changes a second on the screen and on the disk. Where showing one
// takes long, the moment is longer: three quarters of the time stay with who is writing, though
// nothing waits for a second.
const MOMENT = 100;
const LONGEST = 900;
const SHARE = 3;

export class Pace {
	private timer: ReturnType<typeof setTimeout> | undefined;
	private shown = -Infinity;
	private pause = MOMENT;

	/** `show` answers whether it had anything to show; `painted` calls when that is on the screen. */
	constructor(
		private readonly show: () => boolean,
		private readonly painted: (then: () => void) => void = afterFrame
	) {}

	soon(): void {
		const rest = this.shown + this.pause - performance.now();
		this.timer ??= setTimeout(() => this.now(), Math.max(0, rest));
	}

	now(): void {
		this.stop();
		const began = performance.now();
		if (!this.show()) return;
		this.shown = began;
		this.painted(() => {
			this.shown = performance.now();
			this.pause = Math.min(LONGEST, Math.max(MOMENT, SHARE * (this.shown - began)));
			// What came meanwhile was to be shown sooner than is known now.
			if (this.timer === undefined) return;
			this.stop();
			this.soon();
		});
	}

	stop(): void {
		clearTimeout(this.timer);
		this.timer = undefined;
	}
}

function afterFrame(then: () => void): void {
	// A hidden page paints nothing, and takes what comes as if it did at once.
	if (!document.hidden) requestAnimationFrame(() => setTimeout(then));
}
