import { Account, Me } from '#lib/graphql/documents.ts';
import { changePassword, endSession, save } from '#lib/server/user.ts';
import { beginTotp, confirmTotp, disableTotp, renewRecoveryCodes } from '#lib/server/second-factor.ts';
import { addPasskey, beginPasskey, removePasskey } from '#lib/server/passkey.ts';
import { changeEmail, verifyEmail } from '#lib/server/own-email.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals }) => {
	const { data, position } = await locals.api.read(Account, {});
	const { sessions, pendingEmail, secondFactors, passkeys, ...user } =
		data.me ?? locals.api.signIn(locals.api.reason);
	return {
		user,
		pendingEmail,
		sessions,
		secondFactors: secondFactors ?? [],
		passkeys: passkeys ?? [],
		cursor: position
	};
};

async function ownId(api: App.Locals['api']): Promise<string> {
	const { me } = await api.run(Me, {});
	return me?.id ?? api.signIn(api.reason);
}

export const actions = {
	save: async (event) => save(event, await ownId(event.locals.api)),
	session: async (event) => endSession(event, await ownId(event.locals.api)),
	password: changePassword,
	verifyEmail,
	changeEmail,
	beginTotp,
	confirmTotp,
	recovery: renewRecoveryCodes,
	disableTotp,
	beginPasskey,
	addPasskey,
	removePasskey
} satisfies Actions;
