/** The words of one's API keys: they come with their page, few enough to come in both languages. */
import { deApiKeys } from './de-api-keys.ts';
import { enApiKeys } from './en-api-keys.ts';
import type { Locale } from './locale.ts';
import type { ApiKeyMessages } from './types.ts';

export const apiKeyMessages = (locale: Locale): ApiKeyMessages => (locale === 'de' ? deApiKeys : enApiKeys);
