import { loadHelpMessages } from '#lib/messages/help.ts';
import { loadKeysMessages } from '#lib/messages/keys.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ data, parent }) => {
	const { locale } = await parent();
	const [words, keys] = await Promise.all([loadHelpMessages(locale), loadKeysMessages(locale)]);
	return { ...data, words, keys };
};
