/** A change of several users in the visitor's words. */
import type { User } from '#lib/graphql/documents.ts';
import type { ChangeMessages, Messages } from '#lib/messages/types.ts';
import type { BulkRequest } from '#lib/types/actions.ts';
import { LEADS_TO } from './bulk.ts';
import { statusCounts } from './plan.ts';
import { consequenceOf, roleConsequence } from './power.ts';
import { ROLES } from './values.ts';

/** What the action is called: its button says it, and its title. */
export function actionName(m: Messages, { action, role }: BulkRequest): string {
	return action === 'role' ? `${m.bulk.role} · ${m.role[role ?? 'MEMBER']}` : m.bulk[action];
}

/** The question before a change; `whom`: how many users, or the name of a single one. Of nobody nothing is asked. */
export function questionOf(all: Messages, m: ChangeMessages, request: BulkRequest, whom: number | string) {
	if (whom === 0) return actionName(all, request);
	if (request.action === 'role') return m.roleTitle(all.role[request.role ?? 'MEMBER'], whom);
	const action = actionName(all, request);
	return typeof whom === 'string' ? all.user.confirm(action, whom) : m.confirmTitle(action, whom);
}

/** The result of a change of a single user. */
export function changedText(
	m: Messages,
	{ displayName }: Pick<User, 'displayName'>,
	asked: BulkRequest
): string {
	return `${displayName}: ${stateName(m, asked)}`;
}

/** What the users are now: 1 active, 8 disabled, 3 deleted; or their roles, if these are to change. */
export function pickedText(m: ChangeMessages, users: readonly User[], { action }: BulkRequest): string {
	const roles = () =>
		ROLES.map((role) => [role, users.filter((user) => user.role === role).length] as const).filter(
			([, count]) => count > 0
		);
	const parts =
		action === 'role'
			? roles().map(([role, count]) => m.role[role](count))
			: statusCounts(users).map(([status, count]) => m.status[status](count));
	return m.picked(users.length, parts.join(', '));
}

/** What those are called who need no change. */
export function stateName(m: Messages, { action, role }: BulkRequest): string {
	return action === 'role' ? m.role[role ?? 'MEMBER'] : m.status[LEADS_TO[action]];
}

/** What follows for those who change. */
export function consequences(m: ChangeMessages, users: readonly User[], request: BulkRequest): string[] {
	const [only] = users;
	if (users.length === 1 && only && request.action === 'role' && request.role) {
		const consequence = roleConsequence(only.role, request.role);
		return consequence ? [m.power[consequence](only.displayName)] : [];
	}
	const having = (kind: string) => users.filter((user) => consequenceOf(user, request) === kind).length;
	const [grants, takes, lowers] = [having('grants'), having('takes'), having('lowers')];
	return [
		grants ? m.grants(grants) : '',
		takes ? m.takes(takes) : '',
		takes || lowers ? m.roleText : '',
		having('disable') ? m.disableText : '',
		having('delete') ? m.deleteText : ''
	].filter(Boolean);
}
