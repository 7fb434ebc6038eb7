/** What the tests of a user's forms share: whose page it is, and the answers of its actions. */
import { fireEvent, screen } from '@testing-library/svelte';
import type { User } from '#lib/graphql/documents.ts';
import { UserRecord } from '#lib/stores/user/record.svelte.ts';
import { ADMIN, event, session, sessionPage, user } from '../fakes/rows.ts';

const three = () => sessionPage(['s1', 's2', 's3'].map((id) => session(id)));

/** A user whom the viewer, an admin, looks at. */
export const record = (more: Partial<User> = {}, sessions = three()) =>
	new UserRecord({ user: user({ version: 7, ...more }), sessions }, ADMIN.id);

export const refusal = (code: string, fields: Record<string, string> = {}) => ({ code, message: '', fields });

export const failure = (form: string, given: ReturnType<typeof refusal>, kept: unknown = null) => ({
	type: 'failure' as const,
	status: 400,
	data: { form, refusal: given, kept }
});

export const success = (form: string, done: unknown) => ({
	type: 'success' as const,
	status: 200,
	data: { form, done }
});

export const click = (name: string) => fireEvent.click(screen.getByRole('button', { name }));

/** An event of the log about the user. */
export function happened(after: User | null, actor = 'Linus', type = 'USER_UPDATED' as const) {
	const id = actor === 'self' ? ADMIN.id : actor;
	return {
		__typename: 'Event' as const,
		...event('x', { type, actor: { id, displayName: actor } }),
		user: after
	};
}

/** Whether an event of the viewer's would be taken for what this page is doing. */
export const expectsOwn = (one: UserRecord) => one.subject.isOwn(happened(null, 'self'), ADMIN.id);
