/**
 * The directory as a CSV file that can be imported again: what the address asks for, page by page, or the users a form
 * names. Deleted users are in it only if they are asked for.
 */
import { Users, type User, type UserFilter } from '#lib/graphql/documents.ts';
import { download } from '#lib/server/download.ts';
import { pagesOf } from '#lib/server/lists.ts';
import { namedIds, usersById } from '#lib/server/user.ts';
import { csvLine } from '#lib/utils/csv-line.ts';
import { boundsAt } from '#lib/utils/moments.ts';
import { usersVariables, parseUsers } from '#lib/utils/user/address.ts';
import type { RequestHandler } from './$types';

/** The same as those of `rollcall export`. */
const COLUMNS = [
	'email',
	'display_name',
	'role',
	'status',
	'email_verified',
	'id',
	'created_at',
	'last_seen_at'
];
/** Unless the address filters by status, deleted users are left out. */
const KEPT: UserFilter = { status: ['ACTIVE', 'DISABLED'] };
const PAGE = 100;

const line = (user: User) =>
	csvLine([
		user.email ?? '',
		user.displayName,
		user.role.toLowerCase(),
		user.status.toLowerCase(),
		String(user.emailVerifiedAt !== null),
		user.id,
		user.createdAt,
		user.lastSeenAt ?? ''
	]);

export const GET: RequestHandler = async ({ locals, url }) => {
	const query = { ...parseUsers(url.searchParams), before: null };
	const bounds = boundsAt({ timeZone: locals.timeZone, now: Date.now() });
	const read = async (after: string | null) => {
		const { filter, ...variables } = usersVariables({ ...query, after }, bounds, PAGE);
		const kept = { ...variables, filter: { ...KEPT, ...filter }, count: false };
		return (await locals.api.run(Users, kept)).users;
	};
	// The first page before the headers: without a session, or the API, there is a page to say so instead.
	const first = await read(null);
	return download(
		'people',
		'csv',
		(async function* () {
			yield csvLine(COLUMNS);
			for await (const users of pagesOf(first, read)) yield users.map(line).join('');
		})()
	);
};

export const POST: RequestHandler = async ({ locals, request }) => {
	const users = await usersById(locals.api, namedIds(await request.formData()));
	return download(
		'people',
		'csv',
		(async function* () {
			yield csvLine(COLUMNS);
			for (const user of users) yield line(user);
		})()
	);
};
