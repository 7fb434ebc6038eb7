import { enEntry } from './en-entry.ts';
import type { en } from './en.ts';
import type { Locale } from './locale.ts';

export type { Locale };

type Widened<T> = T extends string
	? string
	: T extends (...args: infer A) => string
		? (...args: A) => string
		: { readonly [K in keyof T]: Widened<T[K]> };

/** Every text of the console; a catalogue that lacks one does not compile. */
export type Messages = Widened<typeof en>;
/** Those of them that the pages before sign-in load. */
export type EntryMessages = Widened<typeof enEntry>;

export async function loadEntryMessages(locale: Locale): Promise<EntryMessages> {
	return locale === 'de' ? (await import('./de-entry.ts')).deEntry : enEntry;
}
