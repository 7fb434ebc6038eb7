import { loadEntryMessages } from '#lib/messages/index.ts';
import type { LayoutLoad } from './$types';

export const load: LayoutLoad = async ({ data }) => ({ ...data, m: await loadEntryMessages(data.locale) });
