// Debian's Chromium, and windows in it that note whatever went wrong inside.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const options = {
	executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
	args: [
		// Root (in a container) has no sandbox; everybody else keeps it.
		...(process.getuid() === 0 ? ['--no-sandbox'] : []),
		'--disable-gpu',
		'--disable-quic',
		'--no-first-run',
		'--disable-background-networking',
		'--disable-component-update',
		'--disable-sync'
	]
};

export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
export const desktop = { viewport: { width: 1440, height: 900 } };

export const launch = (more = {}) =>
	chromium.launch({ ...options, ...more, args: [...options.args, ...(more.args ?? [])] });

/** A browser whose profile stays in `folder`, as a person's own does. */
export const launchKept = (folder, more = {}) =>
	chromium.launchPersistentContext(folder, { ...options, ...more });

/**
 * A window of its own: size, language, light or dark. What goes wrong in its pages (an error nobody
 * caught, a policy violation, a dialog) is gathered in `wrong`.
 */
export async function open(browser, { size = desktop, language = 'en', theme = 'light', ...more } = {}) {
	const context = await browser.newContext({
		...size,
		locale: language === 'it' ? 'it-IT' : 'en-GB',
		timezoneId: 'Europe/Rome',
		colorScheme: theme,
		acceptDownloads: true,
		...more
	});
	return { context, wrong: await watch(context) };
}

export async function watch(context) {
	const wrong = [];
	context.setDefaultTimeout(30_000); // a machine that is busy is no failure
	await context.exposeBinding('noteViolation', (_source, text) => wrong.push(text));
	await context.addInitScript(() => {
		addEventListener('securitypolicyviolation', (event) =>
			window.noteViolation(
				`policy violation: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`
			)
		);
	});
	context.on('weberror', (error) => wrong.push(`uncaught: ${error.error().stack}`));
	context.on('console', (message) => {
		// What the browser says of a request that failed is the server's business, and tested there;
		// an address that does not exist has a page of its own.
		const expected = /Failed to load resource|net::ERR|WebSocket connection|Not found: /;
		if (message.type() === 'error' && !expected.test(message.text()))
			wrong.push(`console: ${message.text()}`);
	});
	context.on('dialog', (dialog) => {
		wrong.push(`dialog: ${dialog.message()}`);
		void dialog.dismiss();
	});
	return wrong;
}

/** Waits until `what` answers something true; for conditions outside the page. */
export async function until(what, { timeout = 30_000, message = String(what) } = {}) {
	const end = Date.now() + timeout;
	for (;;) {
		const found = await what();
		if (found) return found;
		assert.ok(Date.now() < end, `waited ${timeout} ms in vain: ${message}`);
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}
