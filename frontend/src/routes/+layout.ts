import { loadEntryMessages } from '#lib/messages/entry.ts';
import type { LayoutLoad } from './$types';

export const load: LayoutLoad = async ({ data }) => ({ ...data, m: await loadEntryMessages(data.locale) });
