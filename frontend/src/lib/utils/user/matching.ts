/** Reads all users that match, page by page. */
import { Users, type User, type UserFilter, type UsersData } from '#lib/graphql/documents.ts';
import { run } from '#lib/utils/graphql.ts';
import { orderOf, type UserQuery } from './address.ts';

/** The most that can be selected at once: each is changed by a request of its own. */
export const MATCHING_MAX = 2_000;
const PAGE = 100;

/**
 * Calls `take` with each page of the users that match, in the order of the query, at most MATCHING_MAX users. `filter`
 * is what the query's filters ask of the API. Raises ApiError, or the signal's reason once it is aborted.
 */
export async function readMatching(
	query: UserQuery,
	filter: UserFilter | null,
	take: (users: readonly User[]) => void,
	signal: AbortSignal
): Promise<void> {
	const asked = { search: query.search || null, filter, orderBy: orderOf(query), count: false };
	let after: string | null = null;
	for (let read = 0; read < MATCHING_MAX; read += PAGE) {
		const { users }: UsersData = await run(Users, { ...asked, first: PAGE, after }, signal);
		take(users.edges.map(({ node }) => node));
		after = users.pageInfo.hasNextPage ? users.pageInfo.endCursor : null;
		if (!after) return;
	}
}
