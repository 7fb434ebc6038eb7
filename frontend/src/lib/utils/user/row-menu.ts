/** What stands in the menus of a row, for its user and its reader. */
import type { User } from '#lib/graphql/documents.ts';
import type { Messages, RowMessages } from '#lib/messages/types.ts';
import type { MenuGroup, MenuItem } from '#lib/types/menu.ts';
import type { RowMenu, RowPart } from '#lib/types/row.ts';
import { LEADS_TO } from './expected.ts';
import { rowActions, type RowActions } from './row-actions.ts';
import { userAddress } from './user-address.ts';
import { ROLES } from './values.ts';

interface Asked {
	user: User;
	viewer: Pick<User, 'id' | 'role'>;
	common: Messages;
	m: RowMessages;
	/** The console's own address, without a path; null where the browser has no clipboard. */
	origin: string | null;
	/** Shows the user beside the list; null where they are shown already. */
	peek: (() => void) | null;
	copy: (text: string) => void;
	use: (part: RowPart) => void;
}

function reading({ user, m, origin, peek, copy }: Asked): MenuItem[] {
	const { path } = userAddress(user.id);
	const copied = (name: string, text: string) => ({ name, act: () => copy(text) });
	return [
		{ name: m.open, href: path },
		...(peek ? [{ name: m.peek, act: peek }] : []),
		...(origin ? [copied(m.copyLink, origin + path)] : []),
		...(origin && user.email ? [copied(m.copyEmail, user.email)] : []),
		...(origin ? [copied(m.copyId, user.id)] : [])
	];
}

const roles = ({ user, common, use }: Asked): MenuItem[] =>
	ROLES.map((role) => ({
		name: common.role[role],
		checked: role === user.role,
		act: () => role !== user.role && use({ action: 'role', role })
	}));

/** The status now, and those that the actions lead to. */
const statuses = ({ user, common, use }: Asked, { status }: RowActions): MenuItem[] => [
	{ name: common.status[user.status], checked: true },
	...status.map((action) => ({
		name: common.status[LEADS_TO[action]],
		checked: false,
		act: () => use({ action })
	}))
];

const access = ({ user, viewer, m, use }: Asked, { password, signOut }: RowActions): MenuItem[] => [
	...(password ? [{ name: m.setPassword, act: () => use('password') }] : []),
	...(signOut
		? [
				{
					name: user.id === viewer.id ? m.signOutSelf : m.signOut,
					act: () => use('signOut')
				}
			]
		: [])
];

export function rowMenu(menu: RowMenu, asked: Asked): MenuGroup[] {
	const { user, viewer, common, use } = asked;
	const actions = rowActions(user, viewer);
	if (menu === 'status') return [{ items: statuses(asked, actions) }];
	const chosen = { name: common.user.role, items: actions.role ? roles(asked) : [] };
	if (menu === 'role') return [chosen];
	const changed = actions.status.map((action) => ({
		name: common.bulk[action],
		act: () => use({ action }),
		danger: action === 'delete'
	}));
	const groups = [{ items: reading(asked) }, chosen, { items: access(asked, actions) }, { items: changed }];
	return groups.filter(({ items }) => items.length);
}
