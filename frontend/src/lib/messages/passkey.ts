/** The words of one's own passkeys: they come with their forms, few enough to come in both languages. */
import { dePasskey } from './de-passkey.ts';
import { enPasskey } from './en-passkey.ts';
import type { Locale } from './locale.ts';
import type { PasskeyMessages } from './types.ts';

export const passkeyMessages = (locale: Locale): PasskeyMessages => (locale === 'de' ? dePasskey : enPasskey);
