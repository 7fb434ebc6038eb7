/** The forms of one's own API keys. */
import type { ApiKeyRow, Role } from '#lib/graphql/documents.ts';

/** How long a new key is valid, in days; 0 for one without an end. */
export const LIFETIMES = [30, 90, 365, 0] as const;
export type Lifetime = (typeof LIFETIMES)[number];

/** A new key and its text, which is in this answer and nowhere else. */
export interface NewKey {
	key: ApiKeyRow;
	secret: string;
}

/** What was entered of a key that was not made. */
export interface TypedKey {
	name: string;
	role: Role;
	introspect: boolean;
	lifetime: Lifetime;
}

export interface ApiKeyForms {
	createKey: { done: NewKey; kept: TypedKey };
	/** The key that was revoked. */
	revokeKey: { done: string; kept: null };
}
