/** The statuses and roles of users, in the order of the console. */
import type { Role, UserStatus } from '#lib/graphql/documents.ts';

export const STATUSES: readonly UserStatus[] = ['ACTIVE', 'DISABLED', 'DELETED'];
export const ROLES: readonly Role[] = ['MEMBER', 'AUDITOR', 'ADMIN'];
