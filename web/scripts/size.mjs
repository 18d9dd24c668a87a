// How much JavaScript a browser fetches before a conversation can be used, compressed as served.
// Counted from the build's own graph: what the start, the layouts and the conversation's page import,
// and one language.
import { readFileSync, statSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const MOST = 160_000;
const root = new URL('..', import.meta.url);
const read = (path) => readFileSync(new URL(path, root), 'utf8');

const manifest = JSON.parse(read('.svelte-kit/output/client/.vite/manifest.json'));
const nodes = Object.entries(manifest).filter(([key]) =>
	key.includes('generated/client-optimized/nodes/')
);
const wanted = [/entry\.js$/, /client-optimized\/app\.js$/, /i18n\/it\/index\.ts$/];

const needed = new Set();
const visit = (key) => {
	const chunk = manifest[key];
	if (!chunk || needed.has(chunk.file)) return;
	needed.add(chunk.file);
	for (const next of chunk.imports ?? []) visit(next);
};
for (const key of Object.keys(manifest)) if (wanted.some((one) => one.test(key))) visit(key);

// The nodes of the routes that lead to a conversation: read from the table that the app carries.
const app = read('.svelte-kit/generated/client-optimized/app.js');
const route = /"\/\(in\)\/chats\/\[id\]": \[(\d+),\[([\d,]*)\]/.exec(app);
if (!route) throw new Error('The route of a conversation is not in the build.');
const [, leaf, layouts] = route;
for (const node of new Set([0, leaf, ...layouts.split(',').filter(Boolean)].map(Number))) {
	const found = nodes.find(([key]) => key.endsWith(`/nodes/${node}.js`));
	if (!found) throw new Error(`Node ${node} is not in the build.`);
	visit(found[0]);
}

let sum = 0;
for (const file of needed) {
	if (!file.endsWith('.js')) continue;
	const path = new URL(`dist/${file}`, root);
	let size;
	try {
		size = statSync(`${path.pathname}.br`).size;
	} catch {
		size = gzipSync(readFileSync(path)).length;
	}
	sum += size;
}
const kb = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
console.log(
	`${kb(sum)} of JavaScript in ${needed.size} files before a conversation can be used (at most ${kb(MOST)})`
);
if (sum > MOST) process.exit(1);
