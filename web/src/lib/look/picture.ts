// What the list of conversations looked like when this device last left it. app.html shows it at once
// at the next opening, out of reach, until the app stands in its place. It holds what people wrote,
// so it goes with the session.
import { version } from '$app/environment';

const KEPT = 'verbale.picture';

/** Takes the picture whenever the page is left, if it is `usual`: what the next opening will show. */
export function keepPicture(usual: () => boolean): () => void {
	const left = () => {
		if (document.visibilityState !== 'hidden') return;
		if (usual()) take();
		else forgetPicture();
	};
	document.addEventListener('visibilitychange', left);
	return () => {
		document.removeEventListener('visibilitychange', left);
		forgetPicture();
	};
}

export function forgetPicture(): void {
	try {
		localStorage.removeItem(KEPT);
	} catch {
		// Nothing could be kept, so nothing is to be forgotten.
	}
}

/** The app stands: the picture goes in the same frame. */
export function removePicture(): void {
	document.getElementById('picture')?.remove();
}

function take(): void {
	const shell = document.querySelector('.shell');
	if (!shell) return;
	try {
		// Another tab may have signed this device out a moment ago.
		if (localStorage.getItem('verbale.me')) {
			localStorage.setItem(KEPT, JSON.stringify({ version, html: drawn(shell) }));
		}
	} catch {
		// Storage is forbidden or full: the next opening waits for the app.
		forgetPicture();
	}
}

/** The page with the list and no conversation. The content security policy forbids written styles. */
function drawn(shell: Element): string {
	const copy = shell.cloneNode(true) as Element;
	copy.classList.remove('immersed');
	copy.querySelector('main.chats')?.classList.remove('open');
	copy.querySelector('main.chats > .stage')?.replaceChildren();
	for (const one of copy.querySelectorAll('.row[aria-current]'))
		one.removeAttribute('aria-current');
	for (const one of copy.querySelectorAll('[style]')) {
		one.setAttribute('data-style', one.getAttribute('style')!);
		one.removeAttribute('style');
	}
	return copy.outerHTML;
}
