/** New rows of a list that are not shown yet: all are counted, and the newest are kept. */
import { SvelteMap } from 'svelte/reactivity';

export class Waiting<T> {
	readonly #values = new SvelteMap<string, T>();
	readonly #max: number;
	/** How many of the oldest were dropped to stay within the limit. */
	#dropped = $state(0);
	/** Whether they wait until the user asks for them, and not only until the pointer rests. */
	#asked = $state(false);

	constructor(max: number) {
		this.#max = max;
	}

	/** How many the user has to ask for. */
	get count(): number {
		return this.#asked ? this.size : 0;
	}

	get size(): number {
		return this.#values.size + this.#dropped;
	}

	get asked(): boolean {
		return this.#asked;
	}

	/** Whether none was dropped. */
	get complete(): boolean {
		return this.#dropped === 0;
	}

	/** The oldest first. */
	get values(): readonly T[] {
		return [...this.#values.values()];
	}

	has(key: string): boolean {
		return this.#values.has(key);
	}

	/** From here on they wait until the user asks for them. */
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

	/** Returns whether there was one with this key. */
	remove(key: string): boolean {
		const waited = this.#values.delete(key);
		if (this.size === 0) this.#asked = false;
		return waited;
	}

	/** Removes all, and returns those that were kept. */
	take(): readonly T[] {
		const taken = this.values;
		this.#values.clear();
		this.#asked = false;
		return taken;
	}
}
