import { Problem } from '$lib/api/problem';
import { problemText as generalText, t, type Key } from '$lib/i18n';

/** The stable code of a refusal, or "" when the error is none. */
export function problemCode(error: unknown): string {
	return error instanceof Problem ? error.code : '';
}

/** A refusal as a sentence: from the catalogue of codes, else as the server or the client says it. */
export function problemText(error: unknown): string {
	const code = problemCode(error);
	if (code) {
		const key = `errors.${code}` as Key;
		const text = t(key);
		if (text !== key) return text;
	}
	return generalText(error);
}

/** What may help: signing in again, trying again, or nothing but what the sentence says. */
export function wayOut(error: unknown): 'sign-in' | 'retry' | 'none' {
	if (!(error instanceof Problem)) return 'retry';
	if (error.code === 'login.signed_out' || error.code === 'login.ended') return 'sign-in';
	return error.passing ? 'retry' : 'none';
}
