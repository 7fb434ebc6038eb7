/** The visitor's words and formats, for every component below the root layout. */
import { createContext } from 'svelte';
import type { Locale } from '#lib/messages/locale.ts';
import type { EntryMessages, Messages } from '#lib/messages/types.ts';
import { formats, type Formats } from '#lib/utils/format.ts';

interface Source {
	m: EntryMessages | Messages;
	locale: Locale;
	timeZone: string;
}

export class I18n {
	readonly #read: () => Source;

	constructor(read: () => Source) {
		this.#read = read;
	}

	/** Before sign-in only the words of `EntryMessages` are there. */
	get m(): Messages {
		return this.#read().m as Messages;
	}

	get locale(): Locale {
		return this.#read().locale;
	}

	get f(): Formats {
		const { locale, timeZone } = this.#read();
		return formats(locale, timeZone);
	}
}

const [useI18n, setI18n] = createContext<I18n>();

export { useI18n };

export function createI18n(read: () => Source): I18n {
	return setI18n(new I18n(read));
}
