import { asLanguage } from '#lib/utils/examples.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = ({ url }) => ({
	language: asLanguage(url.searchParams.get('lang')),
	origin: url.origin
});
