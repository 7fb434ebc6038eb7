import { version } from '$app/env';
import { ServiceInfo, SigningKeys } from '#lib/graphql/documents.ts';
import { rotateKeys } from '#lib/server/signing-key.ts';
import { can } from '#lib/utils/user/rights.ts';
import type { Actions, PageServerLoad } from './$types';

/** When the console was built: SvelteKit names a build by its moment, in milliseconds. */
const BUILT = Number(version);

export const load: PageServerLoad = async ({ locals, parent }) => {
	const { viewer } = await parent();
	const [{ serviceInfo }, signing] = await Promise.all([
		locals.api.run(ServiceInfo, {}),
		can(viewer, 'service.read') ? locals.api.run(SigningKeys, {}) : null
	]);
	const built = Number.isFinite(BUILT) ? BUILT : null;
	return { ...serviceInfo, signingKeys: signing?.signingKeys ?? null, built };
};

export const actions = { rotateKeys } satisfies Actions;
