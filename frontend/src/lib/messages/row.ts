/** The words of what is done in a row, and beside the list: they come with what shows them, few enough to come in both languages. */
import { deRow } from './de-row.ts';
import { enRow } from './en-row.ts';
import type { Locale } from './locale.ts';
import type { RowMessages } from './types.ts';

export const rowMessages = (locale: Locale): RowMessages => (locale === 'de' ? deRow : enRow);
