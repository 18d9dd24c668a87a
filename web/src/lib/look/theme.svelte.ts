// Light, dark, or as the system has it. app.html applies the choice before the first paint;
// this keeps it true afterwards.
export type Theme = 'system' | 'light' | 'dark';

const KEY = 'verbale.theme';
let chosen = $state<Theme>('system');

export function theme(): Theme {
	return chosen;
}

export function setTheme(wanted: Theme): void {
	chosen = wanted;
	try {
		localStorage.setItem(KEY, wanted);
	} catch {
		// Storage is forbidden: the choice lasts as long as the page.
	}
	apply();
}

export function startTheme(): void {
	try {
		const kept = localStorage.getItem(KEY);
		if (kept === 'light' || kept === 'dark') chosen = kept;
	} catch {
		// As above.
	}
	matchMedia('(prefers-color-scheme: dark)').addEventListener('change', apply);
	apply();
}

function apply(): void {
	const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
	const shown = chosen === 'system' ? system : chosen;
	const root = document.documentElement;
	root.dataset.theme = shown;
	const paper = getComputedStyle(root).getPropertyValue('--paper').trim();
	document.querySelector('meta[name=theme-color]')?.setAttribute('content', paper);
}
