/** What the forms of invitations ask of the API; the same with and without script. */
import type { RequestEvent } from '@sveltejs/kit';
import { InviteUser, WithdrawInvitation } from '#lib/graphql/documents.ts';
import { ROLES } from '#lib/utils/user/values.ts';
import { choice, done, refusalOf, refuse, text } from './forms.ts';
import { holderOf } from './user.ts';

export async function invite({ request, locals }: RequestEvent) {
	const form = await request.formData();
	const [email, displayName] = [text(form, 'email'), text(form, 'displayName')];
	const role = choice(form, 'role', ROLES) ?? 'MEMBER';
	const input = { email, displayName: displayName || null, role };
	const { inviteUser: outcome } = await locals.api.run(InviteUser, { input });
	if (outcome.__typename === 'InvitationPayload') return done('invite', outcome.invitation);
	return refuse('invite', refusalOf(outcome), { email, displayName, role, holder: holderOf(outcome) });
}

export async function withdraw({ request, locals }: RequestEvent) {
	const id = text(await request.formData(), 'invitation');
	const { withdrawInvitation: outcome } = await locals.api.run(WithdrawInvitation, { id });
	// One that is not there any more is as withdrawn as it can be.
	if (outcome.__typename === 'Done' || outcome.code === 'NOT_FOUND') return done('withdraw', id);
	return refuse('withdraw', refusalOf(outcome), null);
}
