/** What the directory's page shows beside its rows: said here, so that the browser loads neither words nor rules of it. */
import type { Messages, ViewMessages } from '#lib/messages/types.ts';
import type { Density } from '#lib/types/view.ts';
import type { Formats } from '#lib/utils/format.ts';
import type { UserQuery } from '#lib/utils/user/address.ts';
import { columnChoices, userColumns } from '#lib/utils/user/columns.ts';
import { userChips } from '#lib/utils/user/filter-words.ts';
import { userList, userTabs } from '#lib/utils/user/views.ts';
import type { View } from '#lib/utils/views.ts';
import { viewState } from './view-state.ts';

interface Given {
	m: Messages;
	words: ViewMessages;
	f: Formats;
	query: UserQuery;
	saved: readonly View[];
	look: { density: Density; columns?: readonly string[] };
}

export function userListLook({ m, words, f, query, saved, look }: Given) {
	const { columns: shown = [] } = look;
	const columns = columnChoices(m, shown);
	const tabs = (place: { named: boolean; view: string }) => userTabs(m, words, query, place);
	return {
		chips: userChips(m, f, query),
		columns: userColumns(m, query, shown),
		views: viewState({ list: userList, query, saved, m: words, look, columns, tabs })
	};
}
