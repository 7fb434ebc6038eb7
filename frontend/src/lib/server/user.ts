/** What the forms of a user's page and of one's own account ask of the API; the same with and without script. */
import { redirect, type RequestEvent } from '@sveltejs/kit';
import {
	ChangePassword,
	EraseUser,
	RevokeSession,
	RevokeSessions,
	SetPassword,
	UpdateUser,
	UsersById,
	type DoneOutcome,
	type UpdateUserInput,
	type User,
	type UserOutcome
} from '#lib/graphql/documents.ts';
import type { BulkRequest } from '#lib/types/actions.ts';
import { PROFILE_FIELDS, type Profile } from '#lib/types/user.ts';
import { userAddress } from '#lib/utils/user/user-address.ts';
import { ROLES } from '#lib/utils/user/values.ts';
import { generatePassword } from '#lib/utils/user/password.ts';
import { setStatus as askStatus, type StatusAction } from '#lib/utils/user/bulk.ts';
import { changes } from '#lib/utils/user/change-address.ts';
import { consequenceOf } from '#lib/utils/user/power.ts';
import { choice, done, passwordRefusal, raw, refusalOf, refuse, text, version } from './forms.ts';

const MISMATCH = { code: 'VALIDATION_ERROR', message: '', fields: { name: 'mismatch' } };

type Refused = Extract<UserOutcome | DoneOutcome, { code: unknown }>;

/** The stored user, if somebody else has changed it first. */
function currentOf(problem: Refused): User | null {
	return problem.__typename === 'ConflictProblem' && problem.code === 'VERSION_CONFLICT'
		? problem.current
		: null;
}

/** The user who already has the address, if the visitor may see them. */
export function holderOf(problem: Refused): User | null {
	return problem.__typename === 'ConflictProblem' && problem.code === 'EMAIL_TAKEN' ? problem.current : null;
}

function changed<Name extends 'role' | 'status'>(form: Name, outcome: UserOutcome) {
	if (outcome.__typename === 'UserPayload') return done(form, outcome.user);
	return refuse(form, refusalOf(outcome), { current: currentOf(outcome) });
}

function profile(form: FormData, prefix = ''): Profile {
	return { displayName: text(form, `${prefix}displayName`), email: text(form, `${prefix}email`) };
}

/**
 * Saves name and email, those that were touched. Refused, it gives back what was typed and what it was typed over, so
 * that nothing is lost.
 */
export async function save({ request, locals }: RequestEvent, id: string) {
	const form = await request.formData();
	const [typed, before] = [profile(form), profile(form, 'before.')];
	const input: UpdateUserInput = { id, expectedVersion: version(form) };
	for (const field of PROFILE_FIELDS) if (typed[field] !== before[field]) input[field] = typed[field];
	const { updateUser } = await locals.api.run(UpdateUser, { input });
	if (updateUser.__typename === 'UserPayload') return done('save', updateUser.user);
	const kept = { current: currentOf(updateUser), holder: holderOf(updateUser), typed, before };
	return refuse('save', refusalOf(updateUser), kept);
}

/**
 * Goes to the page that says what follows, if the change must be confirmed and the form does not say that it was: without
 * script nothing else asks.
 */
async function requireConfirmation(api: App.Locals['api'], form: FormData, id: string, request: BulkRequest) {
	if (form.has('confirmed') || request.action === 'enable' || request.action === 'restore') return;
	const [user] = await usersById(api, [id]);
	if (user && consequenceOf(user, request))
		redirect(303, changes.href({ ...request, ids: [id], back: userAddress(id).path }));
}

export async function setRole({ request, locals }: RequestEvent, id: string) {
	const form = await request.formData();
	const role = choice(form, 'role', ROLES);
	await requireConfirmation(locals.api, form, id, { action: 'role', role });
	const input = { id, role, expectedVersion: version(form) };
	return changed('role', (await locals.api.run(UpdateUser, { input })).updateUser);
}

export async function setStatus({ request, locals }: RequestEvent, id: string, action: StatusAction) {
	const form = await request.formData();
	await requireConfirmation(locals.api, form, id, { action });
	const expectedVersion = version(form);
	const run = locals.api.run.bind(locals.api);
	return changed('status', await askStatus(run, action, { id, expectedVersion }));
}

/** Sets somebody else's password: what was typed, or a generated one, which is in this answer and nowhere else. */
export async function setPassword({ request, locals }: RequestEvent, userId: string) {
	const form = await request.formData();
	const generated = form.has('generate') ? generatePassword() : null;
	const input = { userId, password: generated ?? raw(form, 'password'), expectedVersion: version(form) };
	const { setPassword: outcome } = await locals.api.run(SetPassword, { input });
	if (outcome.__typename !== 'UserPayload')
		return refuse('access', refusalOf(outcome), { current: currentOf(outcome) });
	return done('access', { user: outcome.user, password: generated });
}

/** As many ids as the API takes at once. */
const IDS_MAX = 100;

/** The users of these ids whom the visitor may see, in that order, however many there are. */
export async function usersById(api: App.Locals['api'], ids: readonly string[]): Promise<User[]> {
	const users: User[] = [];
	for (let from = 0; from < ids.length; from += IDS_MAX) {
		const { nodes } = await api.run(UsersById, { ids: ids.slice(from, from + IDS_MAX) });
		for (const node of nodes) if (node?.__typename === 'User') users.push(node);
	}
	return users;
}

/** The users that a form names. */
export function namedIds(form: FormData): string[] {
	return form.getAll('id').filter((id) => typeof id === 'string');
}

/** Erases for good, where the name was typed as it is, and goes to the directory. */
export async function erase({ request, locals }: RequestEvent, id: string) {
	const typed = text(await request.formData(), 'name');
	const { nodes } = await locals.api.run(UsersById, { ids: [id] });
	const named = nodes.some((node) => node?.__typename === 'User' && node.displayName === typed);
	if (!named) return refuse('erase', MISMATCH, null);
	const { eraseUser } = await locals.api.run(EraseUser, { id });
	if (eraseUser.__typename !== 'Done') return refuse('erase', refusalOf(eraseUser), null);
	redirect(303, '/people');
}

/** Ends the session that the form names, or without one all but the visitor's current one. */
export async function endSession({ request, locals }: RequestEvent, userId: string) {
	const id = text(await request.formData(), 'session');
	const outcome = id
		? (await locals.api.run(RevokeSession, { id })).revokeSession
		: (await locals.api.run(RevokeSessions, { userId })).revokeSessions;
	if (outcome.__typename === 'Done') return done('session', { one: id !== '' });
	return refuse('session', refusalOf(outcome), null);
}

/** Sets one's own password. Passwords are never sent back. */
export async function changePassword({ request, locals }: RequestEvent) {
	const form = await request.formData();
	const input = { currentPassword: raw(form, 'currentPassword'), newPassword: raw(form, 'newPassword') };
	const { changePassword: outcome } = await locals.api.run(ChangePassword, { input });
	if (outcome.__typename === 'Done') return done('password', null);
	return refuse('password', passwordRefusal(refusalOf(outcome)), null);
}
