import { developers } from '#lib/utils/explorer/address.ts';
import { examples, firstQuery } from '#lib/utils/explorer/examples.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ url, parent }) => {
	const { viewer } = await parent();
	const query = developers.parse(url.searchParams);
	const { origin } = url;
	return { query, origin, shown: examples(query.language, origin, viewer), start: firstQuery(viewer) };
};
