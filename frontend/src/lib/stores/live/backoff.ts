/** Pauses between attempts: longer each time, never the same for every client, and cut short when there is a reason. */
const FIRST_MS = 300;

export class Backoff {
	readonly #pending = new Set<() => void>();

	/** Waits before the attempt of this number, counted from 0, at most `maxMs` milliseconds. */
	pause(attempt: number, maxMs: number): Promise<void> {
		const longest = Math.min(maxMs, FIRST_MS * 2 ** attempt);
		return new Promise((resolve) => {
			const end = () => {
				clearTimeout(timer);
				this.#pending.delete(end);
				resolve();
			};
			const timer = setTimeout(end, longest * (0.5 + Math.random() / 2));
			this.#pending.add(end);
		});
	}

	/** Ends every pause now. */
	skip(): void {
		for (const end of [...this.#pending]) end();
	}
}
