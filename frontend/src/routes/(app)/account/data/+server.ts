/** Everything that Rollcall holds about the visitor, as a file. */
import { MyData } from '#lib/graphql/documents.ts';
import { downloadJson } from '#lib/server/download.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async ({ locals }) =>
	downloadJson('my-data', (await locals.api.run(MyData, {})).myData);
