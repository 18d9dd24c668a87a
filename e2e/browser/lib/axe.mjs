// The accessibility scan, run in the page itself.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What is wrong on the page as it stands: one line a violation, with the elements. */
export async function scan(page) {
	// Colours are judged as they end, not halfway through a transition.
	await page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {}))));
	if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(source);
	const { violations } = await page.evaluate(
		(values) => window.axe.run(document, { runOnly: { type: 'tag', values }, resultTypes: ['violations'] }),
		rules
	);
	// An open menu lies over the page, not in one of its regions: it has the focus, and goes by itself.
	const menu = ({ html }) => html.includes('data-bits-floating-content-wrapper') || html.includes('bits-floating-c');
	for (const one of violations) if (one.id === 'region') one.nodes = one.nodes.filter((node) => !menu(node));
	return violations.filter(({ nodes }) => nodes.length).map(({ id, help, nodes }) => {
		const where = nodes.slice(0, 4).map(({ html, failureSummary }) => `${html.slice(0, 160)} (${failureSummary?.split('\n')[1]?.trim()})`);
		return `${id}: ${help}\n    ${where.join('\n    ')}`;
	});
}
