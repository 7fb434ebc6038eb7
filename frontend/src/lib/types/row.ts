/** The menus, changes and dialogs of a row of the list, and of the user beside it. */
import type { User } from '#lib/graphql/documents.ts';
import type { BulkRequest } from './actions.ts';

/** The menus of a row: of everything, of the role, of the status. */
export const ROW_MENUS = ['all', 'role', 'status'] as const;
export type RowMenu = (typeof ROW_MENUS)[number];

/** One of the menus, a change, or a dialog. */
export type RowPart = RowMenu | BulkRequest | 'password' | 'signOut';

/** A user as the page holds them: what is shown, and what the API has. */
export interface Held {
	readonly current: User;
	readonly stored: User;
	update(user: User, highlight?: boolean): boolean;
}
