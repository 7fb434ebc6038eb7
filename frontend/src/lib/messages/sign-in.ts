/** The words of the sign-in page: they come with it, few enough to come in both languages. */
import { deSignIn } from './de-sign-in.ts';
import { enSignIn } from './en-sign-in.ts';
import type { Locale } from './locale.ts';
import type { SignInMessages } from './types.ts';

export const signInMessages = (locale: Locale): SignInMessages => (locale === 'de' ? deSignIn : enSignIn);
