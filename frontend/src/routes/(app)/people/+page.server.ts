import { UserPeek, Users } from '#lib/graphql/documents.ts';
import { loadMessages } from '#lib/messages/all.ts';
import { loadViewMessages } from '#lib/messages/views.ts';
import { listOf } from '#lib/server/lists.ts';
import { userListLook } from '#lib/server/user-list.ts';
import { settledView } from '#lib/server/view-state.ts';
import { lookOf, openWithView, savedViews } from '#lib/server/views.ts';
import { formats } from '#lib/utils/format.ts';
import { boundsAt } from '#lib/utils/moments.ts';
import { users, usersVariables } from '#lib/utils/user/address.ts';
import { changes } from '#lib/utils/user/change-address.ts';
import { peekOf, peekPrefix } from '#lib/utils/user/peek-address.ts';
import { userList } from '#lib/utils/user/views.ts';
import { positionOf, queryOf } from '#lib/utils/views.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url, cookies, parent }) => {
	await openWithView({ cookies, url }, userList, parent);
	const { locale, timeZone } = locals;
	const asked = queryOf(userList, url.search);
	const variables = usersVariables(asked, boundsAt({ timeZone, now: Date.now() }));
	const id = peekOf(new URLSearchParams(url.search));
	const [{ data, position }, peeked, m, words] = await Promise.all([
		locals.api.read(Users, variables),
		id ? locals.api.run(UserPeek, { id }) : null,
		loadMessages(locale),
		loadViewMessages(locale)
	]);
	const saved = savedViews(cookies, userList);
	const query = settledView(asked, saved);
	const look = lookOf(cookies, userList, query);
	const here = users.href(query, positionOf(query));
	return {
		here,
		peekPrefix: peekPrefix(here),
		peek: id && peeked ? { id, user: peeked.user } : null,
		changeHref: changes.href({ back: here }),
		query,
		filter: variables.filter ?? null,
		cursor: position,
		...userListLook({ m, words, f: formats(locale, timeZone), query, saved, look }),
		...listOf(data.users)
	};
};
