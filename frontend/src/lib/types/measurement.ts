/** What the API measured of one operation or route. */
export interface Measurement {
	name: string;
	/** How it is reached. */
	protocol: 'GraphQL' | 'REST';
	requests: number;
	failed: number;
	/** In milliseconds. */
	average: number;
	/** Slower than 250 ms. */
	slow: number;
}
