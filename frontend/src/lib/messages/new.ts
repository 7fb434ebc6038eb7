/** The words of the page that adds a person: they come with it, few enough to come in both languages. */
import { deNew } from './de-new.ts';
import { enNew } from './en-new.ts';
import type { Locale } from './locale.ts';
import type { NewMessages } from './types.ts';

export const newMessages = (locale: Locale): NewMessages => (locale === 'de' ? deNew : enNew);
