/** The words of the help on the keys: loaded with it. */
import type { Locale } from './locale.ts';
import type { KeysMessages } from './types.ts';

export async function loadKeysMessages(locale: Locale): Promise<KeysMessages> {
	return locale === 'de' ? (await import('./de-keys.ts')).deKeys : (await import('./en-keys.ts')).enKeys;
}
