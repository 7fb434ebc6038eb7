import { asLanguage } from '#lib/utils/explorer/examples.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = ({ url }) => ({
	language: asLanguage(url.searchParams.get('lang')),
	origin: url.origin
});
