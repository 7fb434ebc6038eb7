/** The words of a forgotten password: they come with its pages, few enough to come in both languages. */
import { deReset } from './de-reset.ts';
import { enReset } from './en-reset.ts';
import type { Locale } from './locale.ts';
import type { ResetMessages } from './types.ts';

export const resetMessages = (locale: Locale): ResetMessages => (locale === 'de' ? deReset : enReset);
