// Draws the PNG icons from static/icons/seal.svg with a Chromium at hand (CHROMIUM, or chromium).
// Run by hand when the seal changes; the PNGs are committed.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const icons = new URL('../static/icons/', import.meta.url).pathname;
const seal = readFileSync(join(icons, 'seal.svg'), 'utf8');
// Whatever cuts a maskable icon may take a fifth from each side: the ground goes to the edge.
const maskable = seal.replace('rx="116"', 'rx="0"');
const dir = mkdtempSync(join(tmpdir(), 'icons-'));

for (const [name, size, svg] of [
	['48', 48, seal],
	['180', 180, maskable],
	['192', 192, seal],
	['512', 512, seal],
	['maskable-512', 512, maskable]
]) {
	const page = join(dir, 'page.html');
	const style = `html,body{margin:0;background:transparent}svg{display:block;width:${size}px;height:${size}px}`;
	writeFileSync(page, `<!doctype html><style>${style}</style>${svg}`);
	execFileSync(process.env.CHROMIUM ?? 'chromium', [
		...['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--no-first-run'],
		...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
		...['--default-background-color=00000000', `--user-data-dir=${join(dir, 'profile')}`],
		...[
			`--window-size=${size},${size}`,
			`--screenshot=${join(icons, `${name}.png`)}`,
			`file://${page}`
		]
	]);
}
rmSync(dir, { recursive: true, force: true });
