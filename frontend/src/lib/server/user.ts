/** What the forms of a person's page and of one's own account ask of the API; the same with and without script. */
import { fail, redirect, type RequestEvent } from '@sveltejs/kit';
import {
	ChangePassword,
	DeleteUser,
	DisableUser,
	EnableUser,
	EraseUser,
	UsersById,
	RestoreUser,
	RevokeSession,
	RevokeSessions,
	UpdateUser,
	type DoneOutcome,
	type User,
	type UpdateUserInput,
	type UserOutcome
} from '#lib/graphql/documents.ts';
import { PROFILE_FIELDS, type FormName, type Profile } from '#lib/types/user.ts';
import { ROLES } from '#lib/utils/user/address.ts';
import type { Refusal } from '#lib/types/refusal.ts';
import { choice, raw, refusal, text } from './forms.ts';

const STATUS_OF: Record<string, number> = {
	VERSION_CONFLICT: 409,
	EMAIL_TAKEN: 409,
	LAST_ADMIN: 409,
	NOT_FOUND: 404,
	FORBIDDEN: 403,
	RATE_LIMITED: 429
};

const MISMATCH: Refusal = { code: 'VALIDATION_ERROR', message: '', fields: { name: 'mismatch' } };

type Refused = Extract<UserOutcome | DoneOutcome, { code: unknown }>;

export function refuse<More extends object>(form: FormName, problem: Refused, more: More) {
	return fail(STATUS_OF[problem.code] ?? 400, { form, refusal: refusal(problem), ...more });
}

function written(form: FormName, outcome: UserOutcome) {
	if (outcome.__typename !== 'UserPayload') return refuse(form, outcome, { current: currentOf(outcome) });
	return { form, user: outcome.user };
}

function currentOf(problem: Refused): User | null {
	return problem.__typename === 'ConflictProblem' ? problem.current : null;
}

const version = (form: FormData) => Number(text(form, 'expectedVersion')) || null;

function profile(form: FormData, prefix = ''): Profile {
	return { displayName: text(form, `${prefix}displayName`), email: text(form, `${prefix}email`) };
}

/**
 * Saves name and e-mail, those that were touched. Refused, it gives back what was typed and what it was typed over, so
 * that nothing is lost.
 */
export async function save({ request, locals }: RequestEvent, id: string) {
	const form = await request.formData();
	const [typed, before] = [profile(form), profile(form, 'before.')];
	const input: UpdateUserInput = { id, expectedVersion: version(form) };
	for (const field of PROFILE_FIELDS) if (typed[field] !== before[field]) input[field] = typed[field];
	const { updateUser } = await locals.api.run(UpdateUser, { input });
	if (updateUser.__typename === 'UserPayload') return { form: 'save' as const, user: updateUser.user };
	return refuse('save', updateUser, { current: currentOf(updateUser), typed, before });
}

export async function setRole({ request, locals }: RequestEvent, id: string) {
	const form = await request.formData();
	const input = { id, role: choice(form, 'role', ROLES), expectedVersion: version(form) };
	return written('role', (await locals.api.run(UpdateUser, { input })).updateUser);
}

export type StatusAction = 'enable' | 'disable' | 'delete' | 'restore';

export async function setStatus({ request, locals }: RequestEvent, id: string, action: StatusAction) {
	const variables = { id, expectedVersion: version(await request.formData()) };
	const { api } = locals;
	switch (action) {
		case 'enable':
			return written('status', (await api.run(EnableUser, variables)).enableUser);
		case 'disable':
			return written('status', (await api.run(DisableUser, variables)).disableUser);
		case 'delete':
			return written('status', (await api.run(DeleteUser, variables)).deleteUser);
		case 'restore':
			return written('status', (await api.run(RestoreUser, variables)).restoreUser);
	}
}

/** Erases for good, where the name was typed as it is, and goes to the directory. */
export async function erase({ request, locals }: RequestEvent, id: string) {
	const typed = text(await request.formData(), 'name');
	const { nodes } = await locals.api.run(UsersById, { ids: [id] });
	const named = nodes.some((node) => node?.__typename === 'User' && node.displayName === typed);
	if (!named) return fail(400, { form: 'erase' as const, refusal: MISMATCH });
	const { eraseUser } = await locals.api.run(EraseUser, { id });
	if (eraseUser.__typename !== 'Done') return refuse('erase', eraseUser, {});
	redirect(303, '/people');
}

/** Ends the session that the form names, or without one all but the visitor's current one. */
export async function endSession({ request, locals }: RequestEvent, userId: string) {
	const id = text(await request.formData(), 'session');
	const outcome = id
		? (await locals.api.run(RevokeSession, { id })).revokeSession
		: (await locals.api.run(RevokeSessions, { userId })).revokeSessions;
	return outcome.__typename === 'Done' ? { form: 'session' as const } : refuse('session', outcome, {});
}

/** Sets one's own password. Passwords are never sent back. */
export async function changePassword({ request, locals }: RequestEvent) {
	const form = await request.formData();
	const input = { currentPassword: raw(form, 'currentPassword'), newPassword: raw(form, 'newPassword') };
	const { changePassword: outcome } = await locals.api.run(ChangePassword, { input });
	if (outcome.__typename === 'Done') return { form: 'password' as const };
	if (outcome.code !== 'INVALID_CREDENTIALS') return refuse('password', outcome, {});
	const fields = { currentPassword: outcome.message };
	return fail(400, { form: 'password' as const, refusal: { ...refusal(outcome), fields } });
}
