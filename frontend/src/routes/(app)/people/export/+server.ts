/** The directory as a CSV file: what the address asks for, page by page, or the users a form names. */
import { Readable } from 'node:stream';
import { Users, type User } from '#lib/graphql/documents.ts';
import { namedIds, usersById } from '#lib/server/user.ts';
import { csvLine } from '#lib/utils/csv.ts';
import { usersVariables, parseUsers } from '#lib/utils/user/address.ts';
import type { RequestHandler } from './$types';

const COLUMNS = ['id', 'email', 'name', 'role', 'status', 'created_at', 'last_seen_at'];
const PAGE = 100;

const line = (user: User) =>
	csvLine([
		user.id,
		user.email ?? '',
		user.displayName,
		user.role.toLowerCase(),
		user.status.toLowerCase(),
		user.createdAt,
		user.lastSeenAt ?? ''
	]);

function answer(lines: AsyncIterable<string>): Response {
	const name = `people-${new Date().toISOString().slice(0, 10)}.csv`;
	return new Response(
		Readable.toWeb(Readable.from(lines, { objectMode: false })) as ReadableStream<Uint8Array<ArrayBuffer>>,
		{
			headers: {
				'content-type': 'text/csv; charset=utf-8',
				'content-disposition': `attachment; filename="${name}"`
			}
		}
	);
}

export const GET: RequestHandler = async ({ locals, url }) => {
	const query = { ...parseUsers(url.searchParams), before: null };
	const read = (after: string | null) =>
		locals.api.run(Users, { ...usersVariables({ ...query, after }, PAGE), count: false });
	// The first page before the headers: without a session, or the API, there is a page to say so instead.
	const first = await read(null);
	return answer(
		(async function* () {
			yield csvLine(COLUMNS);
			for (let page = first; ; page = await read(page.users.pageInfo.endCursor)) {
				yield page.users.edges.map((edge) => line(edge.node)).join('');
				if (!page.users.pageInfo.hasNextPage) return;
			}
		})()
	);
};

export const POST: RequestHandler = async ({ locals, request }) => {
	const users = await usersById(locals.api, namedIds(await request.formData()));
	return answer(
		(async function* () {
			yield csvLine(COLUMNS);
			for (const user of users) yield line(user);
		})()
	);
};
