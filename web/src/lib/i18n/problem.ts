import { Problem } from '$lib/api/problem';
import { t, type Key } from './runtime.svelte';

/** A refusal as a sentence: by its stable code where we know it, else as the server said it. */
export function problemText(error: unknown): string {
	if (!(error instanceof Problem)) return t('app.problem.unexpected');
	const key = `app.problem.${error.code}` as Key;
	const text = t(key);
	return text === key ? error.message || t('app.problem.unexpected') : text;
}
