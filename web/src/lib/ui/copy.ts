/**
 * Puts text on the clipboard. Browsers offer the clipboard only to secure pages; a server in the
 * office network without TLS is none, and there the old command still works.
 */
export async function copyText(text: string): Promise<boolean> {
	if (navigator.clipboard && window.isSecureContext) {
		try {
			await navigator.clipboard.writeText(text);
			return true;
		} catch {
			// Refused by the person or by a policy: the old way may still be allowed.
		}
	}
	const before = document.activeElement;
	const area = document.createElement('textarea');
	area.value = text;
	area.readOnly = true;
	area.className = 'unseen';
	// Inside an open dialog, because its focus trap takes the focus back from anywhere else.
	(before?.closest('[role="dialog"]') ?? document.body).append(area);
	area.select();
	const copied = document.execCommand('copy');
	area.remove();
	if (before instanceof HTMLElement) before.focus();
	return copied;
}
