/**
 * A task as a person does it, in steps: a click, a key command, a value that is chosen, or a form that is filled in and
 * sent. What is only looked at or waited for is no step. Prints the row of the task for the table of docs/explanation/tasks.md.
 */
import { performance } from 'node:perf_hooks';
import { expect } from 'vitest';

export class Steps {
	#count = 0;
	readonly #began = performance.now();

	constructor(readonly task: string) {}

	/** One step. */
	async take(step: Promise<unknown>): Promise<void> {
		this.#count += 1;
		await step;
	}

	/** The task is done; it takes exactly so many steps. */
	done(count: number): void {
		const seconds = (performance.now() - this.#began) / 1000;
		console.log(`| ${this.task} | ${this.#count} | ${seconds.toFixed(1)} |`);
		expect(this.#count, `steps to: ${this.task}`).toBe(count);
	}
}
