interface Options {
	enabled: boolean;
	run: () => void;
	/** Held long in one place. */
	hold: (at: { x: number; y: number }) => void;
}

const FAR = 56;
const SLACK = 12;
const LONG = 480;

/** With a finger: drag a message sideways, far enough, and let go: reply. Hold it: its menu. */
export function swipe(node: HTMLElement, options: Options) {
	let now = options;
	let from: { x: number; y: number; id: number } | undefined;
	let far = 0;
	let holding: ReturnType<typeof setTimeout> | undefined;

	const reset = () => {
		clearTimeout(holding);
		from = undefined;
		far = 0;
		node.style.transform = '';
	};
	const down = (event: PointerEvent) => {
		if (event.pointerType !== 'touch') return;
		const at = { x: event.clientX, y: event.clientY };
		from = { ...at, id: event.pointerId };
		holding = setTimeout(() => {
			reset();
			now.hold(at);
		}, LONG);
	};
	const move = (event: PointerEvent) => {
		if (!from || event.pointerId !== from.id) return;
		const across = (event.clientX - from.x) * (getComputedStyle(node).direction === 'rtl' ? -1 : 1);
		// Up and down is scrolling.
		if (far === 0 && Math.abs(event.clientY - from.y) > SLACK) return reset();
		if (Math.abs(across) > SLACK) clearTimeout(holding);
		if (!now.enabled) return;
		far = Math.max(0, Math.min(across - SLACK, FAR * 1.25));
		if (far > 0) node.style.transform = `translateX(${Math.sign(event.clientX - from.x) * far}px)`;
	};
	const up = () => {
		if (far >= FAR) now.run();
		reset();
	};

	node.addEventListener('pointerdown', down);
	node.addEventListener('pointermove', move);
	node.addEventListener('pointerup', up);
	node.addEventListener('pointercancel', reset);
	return {
		update(next: Options) {
			now = next;
		},
		destroy() {
			clearTimeout(holding);
			node.removeEventListener('pointerdown', down);
			node.removeEventListener('pointermove', move);
			node.removeEventListener('pointerup', up);
			node.removeEventListener('pointercancel', reset);
		}
	};
}
