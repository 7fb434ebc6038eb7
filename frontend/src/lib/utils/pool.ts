/** Works through a list, a few at a time. */

/**
 * Calls `work` for each item, at most `atOnce` of them together, in the order of the list. Once `signal` is aborted
 * nothing more is begun; what is under way is waited for. What `work` raises is raised after that, and begins nothing
 * more either.
 */
export async function pool<Item>(
	items: readonly Item[],
	atOnce: number,
	work: (item: Item) => Promise<void>,
	signal?: AbortSignal
): Promise<void> {
	const waiting = [...items];
	let failed = false;
	const worker = async () => {
		while (!failed && !signal?.aborted) {
			const item = waiting.shift();
			if (item === undefined) return;
			try {
				await work(item);
			} catch (error) {
				failed = true;
				throw error;
			}
		}
	};
	const ends = await Promise.allSettled(Array.from({ length: atOnce }, worker));
	const raised = ends.find((end) => end.status === 'rejected');
	if (raised) throw raised.reason;
}
