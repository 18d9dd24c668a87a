/** What the server refused, or why it could not be asked (code "network"). */
export class Problem extends Error {
	constructor(
		readonly status: number,
		readonly code: string,
		detail: string
	) {
		super(detail);
		this.name = 'Problem';
	}

	/** Nothing was decided: the same request may succeed later. */
	get passing(): boolean {
		return this.status === 0 || this.status === 429 || this.status >= 500;
	}
}
