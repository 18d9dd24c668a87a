import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vitest/config';

const server = process.env.VERBALE_SERVER ?? 'http://127.0.0.1:8080';

/**
 * SvelteKit hides its page announcer by a style attribute, which the content security policy forbids;
 * base.css hides it as well.
 */
const announcerWithoutStyle = {
	name: 'announcer-without-style',
	enforce: 'pre' as const,
	transform(code: string, id: string) {
		if (!id.endsWith('generated/root.svelte')) return undefined;
		return code.replace(/(id="svelte-announcer"[^>]*?) style="[^"]*"/, '$1');
	}
};

/**
 * What is always needed before a conversation can be used is one file: forty small ones, each asked
 * for when the one before it has run, cost more than their bytes.
 */
const first = {
	name: 'first',
	test: /\/client\/entry\.js$|\/src\/routes\/(?:\+layout|\(in\)\/(?:\+layout|chats\/))/,
	includeDependenciesRecursively: true
};

export default defineConfig({
	plugins: [announcerWithoutStyle, sveltekit()],
	server: {
		// The server checks that requests come from its own origin, so the proxy speaks as that origin.
		proxy: {
			'/api': { target: server, changeOrigin: true, ws: true, headers: { Origin: server } }
		}
	},
	build: { target: 'es2022', rolldownOptions: { output: { codeSplitting: { groups: [first] } } } },
	resolve: process.env.VITEST ? { conditions: ['browser'] } : undefined,
	test: { include: ['src/**/*.test.ts'], environment: 'node' }
});
