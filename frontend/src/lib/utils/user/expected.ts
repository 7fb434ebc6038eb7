/** What an action will have made of a user, known before the API has answered. */
import type { User, UserStatus } from '#lib/graphql/documents.ts';
import type { BulkRequest } from '#lib/types/actions.ts';

/** What each action makes of a user's status. */
export const LEADS_TO = {
	enable: 'ACTIVE',
	restore: 'ACTIVE',
	disable: 'DISABLED',
	delete: 'DELETED'
} as const satisfies Record<string, UserStatus>;
export type StatusAction = keyof typeof LEADS_TO;

/** What may be done with a user of each status. */
export const POSSIBLE: Readonly<Record<UserStatus, readonly StatusAction[]>> = {
	ACTIVE: ['disable', 'delete'],
	DISABLED: ['enable', 'delete'],
	DELETED: ['restore']
};

/** What an action will have changed, to be shown before it is confirmed. */
export function expectedChange({ action, role }: BulkRequest): Partial<User> {
	return action === 'role' ? { role } : { status: LEADS_TO[action] };
}
