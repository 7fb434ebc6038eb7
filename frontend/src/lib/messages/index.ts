import { en } from './en.ts';
import type { Locale } from './locale.ts';

export type { Locale };

type Widened<T> = T extends string
	? string
	: T extends (...args: infer A) => string
		? (...args: A) => string
		: { readonly [K in keyof T]: Widened<T[K]> };

/** Every text of the console; a catalogue that lacks one does not compile. */
export type Messages = Widened<typeof en>;

export async function loadMessages(locale: Locale): Promise<Messages> {
	return locale === 'de' ? (await import('./de.ts')).de : en;
}
