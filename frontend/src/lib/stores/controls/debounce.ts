/** Calls what was asked last, once nothing more is asked for a while. */
export class Debounce {
	#timer: ReturnType<typeof setTimeout> | undefined;
	readonly #waitMs: number;

	constructor(waitMs: number) {
		this.#waitMs = waitMs;
	}

	call(act: () => void): void {
		this.cancel();
		this.#timer = setTimeout(act, this.#waitMs);
	}

	cancel(): void {
		clearTimeout(this.#timer);
	}
}
