import { problemText } from './problem';

export interface Toast {
	key: number;
	text: string;
	action?: { label: string; run: () => void };
}

let next = 1;
const shown = $state<Toast[]>([]);

/** Short news of what just happened. Errors that need a decision belong beside their cause instead. */
export const toast = {
	get all(): readonly Toast[] {
		return shown;
	},
	show(text: string, action?: Toast['action']): void {
		const key = next++;
		// Three at most: older news gives way.
		while (shown.length >= 3) shown.shift();
		shown.push({ key, text, action });
		setTimeout(() => toast.dismiss(key), action ? 10_000 : 5_000);
	},
	problem(error: unknown): void {
		toast.show(problemText(error));
	},
	dismiss(key: number): void {
		const at = shown.findIndex((one) => one.key === key);
		if (at >= 0) shown.splice(at, 1);
	}
};
