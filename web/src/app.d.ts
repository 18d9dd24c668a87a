declare global {
	namespace App {
		interface PageState {
			/** The conversation that the list went on to. */
			conversation?: number;
		}
	}
}
export {};
