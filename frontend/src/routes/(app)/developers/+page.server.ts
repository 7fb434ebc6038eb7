import { developers } from '#lib/utils/explorer/address.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = ({ url }) => ({
	query: developers.parse(url.searchParams),
	origin: url.origin
});
