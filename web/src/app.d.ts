declare global {
	namespace App {
		interface PageState {
			/** The conversation that the list went on to. */
			conversation?: number;
			/** One step back is the list without a conversation. */
			list?: boolean;
		}
	}
}
export {};
