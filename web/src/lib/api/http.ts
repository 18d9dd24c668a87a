// One way to ask the server. Every refusal becomes a Problem; a lost session is announced once.
import { Problem } from './problem';

import type { paths } from './schema';

export const BASE = '/api/v1';

let onSignedOut: (ended: boolean) => void = () => {};

/** What to do when the server no longer knows this device; `ended` when it was signed out on purpose. */
export function whenSignedOut(then: (ended: boolean) => void): void {
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

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type Filled<Path> = Path extends `${infer Before}{${string}}${infer After}`
	? `${Before}${number}${Filled<After>}`
	: Path;

/** "GET /conversations/7": a call that the server's OpenAPI document knows. */
export type Call = {
	[Path in keyof paths]: {
		[Verb in Method]: Path extends `/api/v1${infer Rest}`
			? paths[Path][Verb] extends undefined
				? never
				: `${Uppercase<Verb>} ${Filled<Rest>}`
			: never;
	}[Method];
}[keyof paths];

export async function ask<Answer>(call: Call, asking: Asking = {}): Promise<Answer> {
	const [method = '', path = ''] = call.split(' ');
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
	if (response.status === 401 && !asking.outside) onSignedOut(problem.code === 'login.ended');
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
