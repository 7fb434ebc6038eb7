import { ApiKeys } from '#lib/graphql/documents.ts';
import { createKey, revokeKey } from '#lib/server/api-key.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => {
	const { data, position } = await locals.api.read(ApiKeys, {});
	return { keys: data.apiKeys, cursor: position };
};

export const actions = { createKey, revokeKey } satisfies Actions;
