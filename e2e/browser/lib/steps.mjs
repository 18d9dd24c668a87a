// A story told in steps: each is a test of its own, and a step that failed ends the story, since the
// next ones stand on it. What the windows showed at that moment is kept.
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { launch } from './browser.mjs';
import { startServer } from './server.mjs';

export const results = fileURLToPath(new URL('../../../test-results/', import.meta.url));

/** A server on a fresh directory and a browser, which end with the test, and the steps of its story. */
export async function stage(t) {
	const server = await startServer();
	const browser = await launch();
	t.after(async () => {
		await browser.close();
		await server.end();
	});
	return { server, browser, step: story(t, browser) };
}

export function story(t, browser) {
	return async (name, step) => {
		let failure;
		await t.test(name, async () => {
			try {
				await step();
			} catch (error) {
				failure = error;
				await picture(browser, `${t.name} ${name}`).catch(() => {});
				throw error;
			}
		});
		if (failure) throw new Error(`the story ends at: ${name}`);
	};
}

async function picture(browser, name) {
	const folder = `${results}failed/${name.replace(/[^\p{L}\p{N}]+/gu, '-').slice(0, 120)}`;
	await mkdir(folder, { recursive: true });
	let n = 0;
	for (const context of browser.contexts())
		for (const page of context.pages()) await page.screenshot({ path: `${folder}/${++n}.png` });
}
