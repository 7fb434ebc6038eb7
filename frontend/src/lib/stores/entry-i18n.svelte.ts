/** The words that are there on every page, before sign-in too. */
import { createContext } from 'svelte';
import type { Locale } from '#lib/messages/locale.ts';
import type { EntryMessages } from '#lib/messages/types.ts';

export class I18n<M extends EntryMessages> {
	readonly #read: () => { m: M; locale: Locale };

	constructor(read: () => { m: M; locale: Locale }) {
		this.#read = read;
	}

	get m(): M {
		return this.#read().m;
	}

	get locale(): Locale {
		return this.#read().locale;
	}
}

const [useEntryI18n, setEntryI18n] = createContext<I18n<EntryMessages>>();

export { setEntryI18n, useEntryI18n };

export function createEntryI18n(read: () => { m: EntryMessages; locale: Locale }): I18n<EntryMessages> {
	return setEntryI18n(new I18n(read));
}
