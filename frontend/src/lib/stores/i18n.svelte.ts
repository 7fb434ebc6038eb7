/** The visitor's words and formats, for every component behind sign-in. */
import { createContext } from 'svelte';
import type { Locale } from '#lib/messages/locale.ts';
import type { Messages } from '#lib/messages/types.ts';
import { formats, type Formats } from '#lib/utils/format.ts';
import { I18n as Words, setEntryI18n } from './entry-i18n.svelte.ts';

interface Source {
	m: Messages;
	locale: Locale;
	timeZone: string;
}

export class I18n extends Words<Messages> {
	readonly #source: () => Source;

	constructor(source: () => Source) {
		super(source);
		this.#source = source;
	}

	get f(): Formats {
		const { locale, timeZone } = this.#source();
		return formats(locale, timeZone);
	}
}

/** Dates and numbers alone, for components that know no page's words. */
const [useFormats, setFormats] = createContext<{ readonly f: Formats }>();
const [useI18n, setI18n] = createContext<I18n>();

export { useFormats, useI18n };

export function createI18n(source: () => Source): I18n {
	const i18n = setI18n(new I18n(source));
	setEntryI18n(i18n);
	setFormats(i18n);
	return i18n;
}
