interface Options {
	/** Whether this line can be drawn aside. */
	may: (line: string) => boolean;
	run: (line: string) => void;
	/** Held long in one place. */
	hold: (line: string, at: { x: number; y: number }) => void;
}

const FAR = 56;
const SLACK = 12;
const LONG = 480;

/**
 * With a finger, on one of the lines (`data-line`) in a list: drag it sideways, far enough, and let go:
 * reply. Hold it: its menu. The list listens for all of them.
 */
export function swipe(list: HTMLElement, { may, run, hold }: Options) {
	let from: { x: number; y: number; id: number; line: HTMLElement } | undefined;
	let far = 0;
	let holding: ReturnType<typeof setTimeout> | undefined;

	const reset = () => {
		clearTimeout(holding);
		if (from && far) from.line.style.transform = '';
		from = undefined;
		far = 0;
	};
	const down = (event: PointerEvent) => {
		const line = (event.target as Element).closest<HTMLElement>('[data-line]');
		if (event.pointerType !== 'touch' || !line) return;
		const at = { x: event.clientX, y: event.clientY };
		from = { ...at, id: event.pointerId, line };
		holding = setTimeout(() => {
			reset();
			hold(line.dataset.line!, at);
		}, LONG);
	};
	const move = (event: PointerEvent) => {
		if (!from || event.pointerId !== from.id) return;
		const { line } = from;
		const across = (event.clientX - from.x) * (getComputedStyle(line).direction === 'rtl' ? -1 : 1);
		// Up and down is scrolling.
		if (far === 0 && Math.abs(event.clientY - from.y) > SLACK) return reset();
		if (Math.abs(across) > SLACK) clearTimeout(holding);
		if (!may(line.dataset.line!)) return;
		far = Math.max(0, Math.min(across - SLACK, FAR * 1.25));
		if (far > 0) line.style.transform = `translateX(${Math.sign(event.clientX - from.x) * far}px)`;
	};
	const up = () => {
		if (from && far >= FAR) run(from.line.dataset.line!);
		reset();
	};

	list.addEventListener('pointerdown', down);
	list.addEventListener('pointermove', move);
	list.addEventListener('pointerup', up);
	list.addEventListener('pointercancel', reset);
	return { destroy: () => clearTimeout(holding) };
}
