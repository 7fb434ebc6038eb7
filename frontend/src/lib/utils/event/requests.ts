/** The entries that one request made, together. */

export interface Request<T> {
	/** The first that was written: what was asked for. */
	lead: T;
	/** What followed from it, in the order of writing. */
	rest: T[];
}

/**
 * Entries newest first, those of one request next to each other together. `alone`: an entry that is shown by itself,
 * whatever its request.
 */
export function byRequest<T>(
	items: readonly T[],
	requestOf: (item: T) => string | null | undefined,
	alone: (item: T) => boolean = () => false
): Request<T>[] {
	const runs: T[][] = [];
	let open: string | null = null;
	for (const item of items) {
		const request = alone(item) ? null : (requestOf(item) ?? null);
		if (request && request === open) runs.at(-1)!.push(item);
		else runs.push([item]);
		open = request;
	}
	return runs.map((run) => {
		const [lead, ...rest] = run.toReversed();
		return { lead: lead!, rest };
	});
}
