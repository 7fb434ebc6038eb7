/** What may be done to many users at once. */
import type { Role } from '#lib/graphql/documents.ts';

export const BULK_ACTIONS = ['enable', 'disable', 'delete', 'restore', 'role'] as const;
export type BulkAction = (typeof BULK_ACTIONS)[number];

export interface BulkRequest {
	action: BulkAction;
	role?: Role;
}

export interface BulkResult {
	id: string;
	name: string;
	code: string | null;
	message: string;
}
