/** The words of webhooks: they come with their pages, few enough to come in both languages. */
import { deWebhooks } from './de-webhooks.ts';
import { enWebhooks } from './en-webhooks.ts';
import type { Locale } from './locale.ts';
import type { WebhookMessages } from './types.ts';

export const webhookMessages = (locale: Locale): WebhookMessages =>
	locale === 'de' ? deWebhooks : enWebhooks;
