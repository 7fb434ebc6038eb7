import { version } from '$app/env';
import { ServiceInfo } from '#lib/graphql/documents.ts';
import type { PageServerLoad } from './$types';

/** When the console was built: SvelteKit names a build by its moment, in milliseconds. */
const BUILT = Number(version);

export const load: PageServerLoad = async ({ locals }) => {
	const { serviceInfo } = await locals.api.run(ServiceInfo, {});
	return { ...serviceInfo, built: Number.isFinite(BUILT) ? BUILT : null };
};
