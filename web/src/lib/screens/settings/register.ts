import { Problem } from '$lib/api';
import { ask, BASE } from '$lib/api/http';

/** What a checkpoint says: how many entries the register has, and the root over all of them. */
export interface Checkpoint {
	origin: string;
	size: number;
	root: string;
}

/** Reads the text of a signed note; the signature itself is checked by `verbale verify`, not here. */
export function parseCheckpoint(note: string): Checkpoint | null {
	const [origin, size, root] = note.split('\n');
	if (!origin || !size || !root || !/^\d+$/.test(size) || !/^[A-Za-z0-9+/]{43}=$/.test(root))
		return null;
	return { origin, size: Number(size), root };
}

/** A fingerprint as people compare it aloud: the hash in groups of four. */
export async function fingerprint(key: string): Promise<string> {
	const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key.trim()));
	return grouped(
		[...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
	);
}

export function grouped(hex: string): string {
	return hex.toUpperCase().replace(/(.{4})(?=.)/g, '$1 ');
}

/** The newest checkpoint as a signed note; "" while the register has none yet. */
export async function askCheckpoint(): Promise<string> {
	let response: Response;
	try {
		response = await fetch(`${BASE}/register/checkpoint`, { cache: 'no-store' });
	} catch {
		throw new Problem(0, 'network', '');
	}
	if (response.ok) return response.text();
	const told = (await response.json().catch(() => ({}))) as { code?: string; detail?: string };
	if (told.code === 'register.empty') return '';
	throw new Problem(response.status, told.code ?? '', told.detail ?? '');
}

/** The key that checkpoints are signed with. */
export async function askKey(): Promise<string> {
	return (await ask<{ key: string }>('GET /register/key')).key.trim();
}
