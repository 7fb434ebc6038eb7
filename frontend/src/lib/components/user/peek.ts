/** What shows a user beside the list, with the words of the log: imported when it is first used. */
import { loadEventMessages } from '#lib/messages/events.ts';
import type { Locale } from '#lib/messages/locale.ts';
import UserPeek from './UserPeek.svelte';

export async function loadPeek(locale: Locale) {
	return { UserPeek, events: await loadEventMessages(locale) };
}
