/** The words of the second factor: they come with its forms, few enough to come in both languages. */
import { deFactor } from './de-factor.ts';
import { enFactor } from './en-factor.ts';
import type { Locale } from './locale.ts';
import type { FactorMessages } from './types.ts';

export const factorMessages = (locale: Locale): FactorMessages => (locale === 'de' ? deFactor : enFactor);
