/** The words of the page on which a required second factor is set up: few enough to come in both languages. */
import { deEnrol } from './de-enrol.ts';
import { enEnrol } from './en-enrol.ts';
import type { Locale } from './locale.ts';
import type { EnrolMessages } from './types.ts';

export const enrolMessages = (locale: Locale): EnrolMessages => (locale === 'de' ? deEnrol : enEnrol);
