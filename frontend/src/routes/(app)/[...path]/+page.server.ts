/** An address that no page has: who is signed in keeps the navigation around the error. */
import { pageError } from '#lib/server/status.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = ({ locals }) =>
	pageError('NOT_FOUND', 'There is no such page', locals.requestId);
