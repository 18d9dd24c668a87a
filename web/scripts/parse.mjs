// The client's markdown parser as a process: a JSON text a line comes in, what it became goes out.
// The fuzz test of ../markdown_test.go drives it, so that it is the real parser that is tried.
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const [{ output }] = await build({
	configFile: false,
	logLevel: 'silent',
	build: {
		write: false,
		minify: false,
		lib: {
			entry: fileURLToPath(new URL('../src/lib/markdown/parse.ts', import.meta.url)),
			formats: ['es']
		}
	}
});
const { parse } = await import(
	`data:text/javascript;base64,${Buffer.from(output[0].code).toString('base64')}`
);

function whole(key, value) {
	if (typeof value === 'string' && !value.isWellFormed()) throw new Error('A character was cut.');
	return value;
}

function answer(text) {
	const start = performance.now();
	try {
		const blocks = parse(text);
		const ms = performance.now() - start;
		return JSON.stringify({ blocks, ms }, whole);
	} catch (error) {
		return JSON.stringify({ error: String(error.stack ?? error) });
	}
}

for await (const line of createInterface({ input: process.stdin }))
	process.stdout.write(`${answer(JSON.parse(line))}\n`);
