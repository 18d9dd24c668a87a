declare global {
	namespace App {
		// Nothing of SvelteKit's own is extended.
	}
}
export {};
