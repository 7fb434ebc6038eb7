/** What may be done to many users at once. */
import type { Role, User } from '#lib/graphql/documents.ts';
import type { Refusal } from './problem.ts';

export const BULK_ACTIONS = ['enable', 'disable', 'delete', 'restore', 'role'] as const;
export type BulkAction = (typeof BULK_ACTIONS)[number];

export interface BulkRequest {
	action: BulkAction;
	role?: Role;
}

/** What came of it for one of them; `already`: somebody else was quicker and did the same. */
export interface BulkResult {
	id: string;
	name: string;
	kind: 'changed' | 'already' | 'refused';
	refusal: Refusal | null;
}

/** A change that was made. */
export interface Changed {
	before: User;
	after: User;
}

/** How the page that made a change takes in that it was taken back. */
export interface Owner {
	/** Just before: what the log says from then on is the page's own doing. Call what it returns afterwards. */
	begin?: () => () => void;
	took: (user: User) => void;
}
