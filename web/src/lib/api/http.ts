// One way to ask the server. Every refusal becomes a Problem; a lost session is announced once.
import { Problem } from './problem';

export const BASE = '/api/v1';

let onSignedOut: () => void = () => {};

/** What to do when the server no longer knows this device. */
export function whenSignedOut(then: () => void): void {
	onSignedOut = then;
}

export interface Asking {
	query?: Record<string, string | number | undefined>;
	body?: unknown;
	/** Bytes instead of JSON. */
	bytes?: Blob;
	signal?: AbortSignal;
	/** Give up after so many milliseconds (30,000 when not said; 0 is never). */
	patience?: number;
	/** The call is made before there is a session, so 401 means "wrong", not "signed out". */
	outside?: boolean;
}

export async function ask<Answer>(
	method: string,
	path: string,
	asking: Asking = {}
): Promise<Answer> {
	const response = await send(method, path, asking);
	if (response.status === 204) return undefined as Answer;
	try {
		return (await response.json()) as Answer;
	} catch {
		throw new Problem(0, 'network', 'The answer was cut off.');
	}
}

async function send(method: string, path: string, asking: Asking): Promise<Response> {
	const headers: Record<string, string> = { Accept: 'application/json' };
	let body: BodyInit | undefined;
	if (asking.bytes) {
		body = asking.bytes;
		headers['Content-Type'] = 'application/octet-stream';
	} else if (asking.body !== undefined) {
		body = JSON.stringify(asking.body);
		headers['Content-Type'] = 'application/json';
	}
	const patience = asking.patience ?? 30_000;
	const signals = [asking.signal, patience ? AbortSignal.timeout(patience) : undefined];
	let response: Response;
	try {
		response = await fetch(BASE + path + queryOf(asking.query), {
			method,
			headers,
			body,
			credentials: 'same-origin',
			cache: 'no-store',
			signal: AbortSignal.any(signals.filter((one) => one !== undefined))
		});
	} catch (error) {
		if (asking.signal?.aborted) throw error;
		throw new Problem(0, 'network', 'The server cannot be reached.');
	}
	if (response.ok) return response;
	const problem = await problemOf(response);
	if (response.status === 401 && !asking.outside) onSignedOut();
	throw problem;
}

async function problemOf(response: Response): Promise<Problem> {
	try {
		const told = (await response.json()) as { code?: string; detail?: string; title?: string };
		return new Problem(response.status, told.code ?? '', told.detail ?? told.title ?? '');
	} catch {
		// A proxy in between answered, not Verbale.
		return new Problem(response.status, response.status >= 500 ? 'server' : '', '');
	}
}

function queryOf(query: Asking['query']): string {
	const parameters = new URLSearchParams();
	for (const [name, value] of Object.entries(query ?? {})) {
		if (value !== undefined && value !== '') parameters.set(name, String(value));
	}
	const text = parameters.toString();
	return text && `?${text}`;
}
