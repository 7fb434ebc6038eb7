/** What the forms of ways to sign in and of invitations ask of the API, where no page of ours sends it so. */
import { isActionFailure } from '@sveltejs/kit';
import { beforeEach, expect, test } from 'vitest';
import { ConfirmTotp, InviteUser } from '#lib/graphql/documents.ts';
import { invite } from '#lib/server/invitation.ts';
import { confirmTotp } from '#lib/server/second-factor.ts';
import { FakeApi } from '../fakes/api.ts';
import { refused } from '../fakes/rows.ts';

let api: FakeApi;
beforeEach(() => (api = new FakeApi()));
function sent(fields: Record<string, string>) {
	const form = new FormData();
	for (const [name, value] of Object.entries(fields)) form.append(name, value);
	return { request: { formData: () => Promise.resolve(form) }, locals: { api } } as never;
}

test.each([
	['otpauth://totp/x', true],
	['javascript:alert(1)', false],
	['https://evil.example/', false]
])('the secret is shown again only with an address of an authenticator app: %s', async (uri, shown) => {
	api.on(ConfirmTotp, () => ({ confirmTotp: refused('VALIDATION_ERROR') }));
	const fields = { secret: 'ABCDEFGH', uri, qrSvg: '<svg/>' };
	const answer: unknown = await confirmTotp(sent({ ...fields, code: '111111' }));
	expect(isActionFailure(answer) && answer.data).toMatchObject({ kept: shown ? fields : null });
});

test('an invitation without a role that there is makes a member', async () => {
	api.on(InviteUser, () => ({ inviteUser: refused('FORBIDDEN') as never }));
	for (const role of ['', 'OWNER']) await invite(sent({ email: 'cy@example.com', role }));
	expect(api.variables(InviteUser).map(({ input }) => input.role)).toEqual(['MEMBER', 'MEMBER']);
});
