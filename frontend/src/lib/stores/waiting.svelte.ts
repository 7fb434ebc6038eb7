/** Newcomers of a list that are not shown yet: counted, and kept as far as there is room. */
import { SvelteMap } from 'svelte/reactivity';

export class Waiting<T> {
	readonly #values = new SvelteMap<string, T>();
	readonly #max: number;
	/** The oldest of too many: they are only counted. */
	#dropped = $state(0);
	/** Whether they wait until the reader asks, and not only until the pointer rests. */
	#asked = $state(false);

	constructor(max: number) {
		this.#max = max;
	}

	/** How many the reader has to ask for. */
	get count(): number {
		return this.#asked ? this.size : 0;
	}

	get size(): number {
		return this.#values.size + this.#dropped;
	}

	get asked(): boolean {
		return this.#asked;
	}

	/** Whether all that wait were kept. */
	get complete(): boolean {
		return this.#dropped === 0;
	}

	/** In the order in which they came. */
	get values(): readonly T[] {
		return [...this.#values.values()];
	}

	has(key: string): boolean {
		return this.#values.has(key);
	}

	/** From here on those that wait do so until the reader asks. */
	hold(): void {
		this.#asked = true;
	}

	add(key: string, value: T): void {
		this.#values.set(key, value);
		if (this.#values.size <= this.#max) return;
		const [oldest] = this.#values.keys();
		this.#values.delete(oldest!);
		this.#dropped += 1;
	}

	/** Returns whether it waited. */
	remove(key: string): boolean {
		const waited = this.#values.delete(key);
		if (this.size === 0) this.#asked = false;
		return waited;
	}

	/** Nobody waits any more; returns those who did. */
	take(): readonly T[] {
		const taken = this.values;
		this.#values.clear();
		this.#asked = false;
		return taken;
	}
}
