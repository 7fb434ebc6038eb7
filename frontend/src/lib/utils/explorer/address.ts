/** The developers page's address: the language of its examples. */
import { Address, oneOfOr } from '#lib/utils/address.ts';
import { LANGUAGES } from './examples.ts';

export const developers = new Address('/developers', { language: oneOfOr('lang', LANGUAGES, LANGUAGES[0]) });
