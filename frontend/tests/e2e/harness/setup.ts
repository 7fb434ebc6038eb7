/** One stack for the whole run; each test makes the people it needs, so that none meets another's. */
import { env } from 'node:process';
import type { TestProject } from 'vitest/node';
import { Stack, type Place } from './stack.ts';

declare module 'vitest' {
	interface ProvidedContext {
		place: Place;
		people: number;
	}
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
	const people = Number(env.PEOPLE ?? 100_000);
	const began = performance.now();
	const stack = await Stack.start(people);
	console.log(`A stack with ${people} people after ${((performance.now() - began) / 1000).toFixed(0)} s`);
	project.provide('place', stack.place);
	project.provide('people', people);
	return () => stack.stop();
}
