/** What a catalogue must hold. English is the measure of it. */
import type { enEntry } from './en-entry.ts';
import type { en } from './en.ts';

type Widened<T> = T extends string
	? string
	: T extends (...args: infer A) => string
		? (...args: A) => string
		: { readonly [K in keyof T]: Widened<T[K]> };

/** Every text of the console; a catalogue that lacks one does not compile. */
export type Messages = Widened<typeof en>;
/** Those of them that the pages before sign-in load. */
export type EntryMessages = Widened<typeof enEntry>;
