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
 * A Lucide icon puts itself together from a list each time it is shown, which is most of what a row's
 * tick costs. Here the drawing is written into the component, and what `ui/icon.ts` names stays open.
 */
const drawnIcons = {
	name: 'drawn-icons',
	enforce: 'pre' as const,
	transform(code: string, id: string) {
		if (!/@lucide\/svelte\/dist\/icons\/[\w-]+\.svelte$/.test(id)) return undefined;
		const data = /const iconData = (\{.*\});/.exec(code)?.[1];
		if (!data) throw new Error(`${id} is not written as expected`);
		const { size, node } = JSON.parse(data) as {
			size: number;
			node: [string, Record<string, string>][];
		};
		const shapes = node.map(([tag, attributes]) => {
			const all = Object.entries(attributes).map(([name, value]) => ` ${name}="${value}"`);
			return `<${tag}${all.join('')}/>`;
		});
		return `<script lang="ts">
	let { size = ${size}, strokeWidth = 2, 'aria-hidden': hidden } = $props();
</script>
<svg width={size} height={size} viewBox="0 0 ${size} ${size}" fill="none" stroke="currentColor" stroke-width={strokeWidth} stroke-linecap="round" stroke-linejoin="round" aria-hidden={hidden}>${shapes.join('')}</svg>`;
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
	plugins: [announcerWithoutStyle, drawnIcons, sveltekit()],
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
