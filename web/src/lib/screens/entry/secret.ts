/**
 * The secret of a link stands in the address's fragment, which browsers send to nobody. It leaves
 * the address bar at once, so that it is in no screenshot, bookmark or history; until it is used it
 * stays in this tab's own storage, because phones reload a tab that one has left for a moment.
 */
export function takeSecret(
	page: string,
	location: Location,
	storage: Storage,
	history: History
): string {
	const key = `verbale.secret.${page}`;
	const found = decodeFragment(location.hash);
	if (found) {
		storage.setItem(key, found);
		history.replaceState(history.state, '', location.pathname + location.search);
	}
	return found || (storage.getItem(key) ?? '');
}

/** Forgets the secret: it has been used, or can never be. */
export function forgetSecret(page: string, storage: Storage): void {
	storage.removeItem(`verbale.secret.${page}`);
}

function decodeFragment(hash: string): string {
	const raw = hash.replace(/^#/, '').trim();
	try {
		return decodeURIComponent(raw);
	} catch {
		return raw;
	}
}
