/** The words of the pages that links in mails lead to: they come with these pages, few enough to come in both languages. */
import { deLinks } from './de-links.ts';
import { enLinks } from './en-links.ts';
import type { Locale } from './locale.ts';
import type { LinkMessages } from './types.ts';

export const linkMessages = (locale: Locale): LinkMessages => (locale === 'de' ? deLinks : enLinks);
