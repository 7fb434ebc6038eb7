/** The pages that links in mails lead to, and signing up where it is not open to everyone at once. */
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import {
	AcceptInvitation,
	ConfirmEmailChange,
	SignUp,
	SignUpMode,
	VerifyEmail
} from '#lib/graphql/documents.ts';
import { enLinks } from '#lib/messages/en-links.ts';
import { en } from '#lib/messages/en.ts';
import {
	actions as accept,
	load as acceptLoad
} from '../../src/routes/(auth)/accept-invitation/+page.server.ts';
import AcceptPage from '../../src/routes/(auth)/accept-invitation/+page.svelte';
import {
	actions as confirm,
	load as confirmLoad
} from '../../src/routes/(auth)/confirm-email/+page.server.ts';
import ConfirmPage from '../../src/routes/(auth)/confirm-email/+page.svelte';
import { actions as signUp } from '../../src/routes/(auth)/sign-up/+page.server.ts';
import SignUpPage from '../../src/routes/(auth)/sign-up/+page.svelte';
import { actions as verify, load as verifyLoad } from '../../src/routes/(auth)/verify-email/+page.server.ts';
import VerifyPage from '../../src/routes/(auth)/verify-email/+page.svelte';
import { visits } from '../document/kit/navigation.ts';
import { Site } from '../document/site.ts';
import { ADMIN, AT, refused } from '../fakes/rows.ts';

const loaded = (load: unknown, path: string) =>
	(load as (event: unknown) => object)({ url: new URL(path, location.href) });
const form = () => document.querySelector<HTMLFormElement>('form[data-form]');
const written = { __typename: 'UserPayload', user: { id: '1' } } as never;
const session = { __typename: 'SessionPayload', accessTokenExpiresAt: AT, user: ADMIN } as never;

async function fill(fields: Record<string, string>) {
	for (const [name, value] of Object.entries(fields))
		await fireEvent.input(document.querySelector(`[name=${name}]`)!, { target: { value } });
	await fireEvent.submit(form()!);
}

test('opening a link verifies nothing, and its button does', async () => {
	const path = '/verify-email?token=abc';
	const site = new Site(path, verify);
	site.api.on(VerifyEmail, () => ({ verifyEmail: written }));
	await site.show(VerifyPage, { data: loaded(verifyLoad, path), form: null });
	expect(site.api.variables(VerifyEmail)).toEqual([]);
	await fireEvent.submit(form()!);
	await screen.findByText(enLinks.verified);
	expect(site.api.variables(VerifyEmail)).toEqual([{ token: 'abc' }]);
	expect(form(), 'used once').toBeNull();
	expect(screen.getByRole('link', { name: enLinks.goOn }).getAttribute('href')).toBe('/');
});

test('without script, the page says that the email is verified', async () => {
	const site = new Site('/verify-email?token=abc', verify);
	await site.show(VerifyPage, { data: { token: 'abc' }, form: { form: 'verify', done: null } });
	expect(screen.getByText(enLinks.verified).closest('[role=status]')).not.toBeNull();
});

test.each(['TOKEN_INVALID', 'TOKEN_EXPIRED', 'EMAIL_TAKEN'] as const)(
	'a new email that cannot be confirmed (%s) says why',
	async (code) => {
		const path = '/confirm-email?token=abc';
		const site = new Site(path, confirm);
		site.api.on(ConfirmEmailChange, () => ({ confirmEmailChange: refused(code) }));
		await site.show(ConfirmPage, { data: loaded(confirmLoad, path), form: null });
		await fireEvent.submit(form()!);
		expect((await screen.findByRole('alert')).textContent).toContain(en.problem[code]);
		expect(form()).not.toBeNull();
	}
);

test('a new email is confirmed by the button', async () => {
	const path = '/confirm-email?token=abc';
	const site = new Site(path, confirm);
	site.api.on(ConfirmEmailChange, () => ({ confirmEmailChange: written }));
	await site.show(ConfirmPage, { data: loaded(confirmLoad, path), form: null });
	expect(site.api.variables(ConfirmEmailChange)).toEqual([]);
	await fireEvent.submit(form()!);
	await screen.findByText(enLinks.confirmed);
	expect(site.api.variables(ConfirmEmailChange)).toEqual([{ token: 'abc' }]);
});

test.each([
	['Cy', 'Cy'],
	['', null]
])('an invitation is accepted with the name %j', async (typed, displayName) => {
	const path = '/accept-invitation?token=abc';
	const site = new Site(path, accept);
	site.api.on(AcceptInvitation, () => ({ acceptInvitation: session }));
	await site.show(AcceptPage, { data: loaded(acceptLoad, path), form: null });
	expect(site.api.variables(AcceptInvitation)).toEqual([]);
	await fill({ displayName: typed, password: ' spaces stay ' });
	await waitFor(() => expect(visits.urls).toEqual(['/']));
	expect(site.api.variables(AcceptInvitation)).toEqual([
		{ input: { token: 'abc', displayName, password: ' spaces stay ', cookie: true } }
	]);
});

test('a name that is missing is asked for beside its field', async () => {
	const path = '/accept-invitation?token=abc';
	const site = new Site(path, accept);
	const fields = [{ field: 'displayName', message: 'The display name is missing' }];
	site.api.on(AcceptInvitation, () => ({ acceptInvitation: refused('VALIDATION_ERROR', { fields }) }));
	await site.show(AcceptPage, { data: loaded(acceptLoad, path), form: null });
	await fill({ password: 'an unusual phrase' });
	await screen.findByText(en.invalid.displayName);
});

test('where addresses are proved first, signing up says what comes next, for every address', async () => {
	const site = new Site('/sign-up', signUp);
	site.api.on(SignUpMode, () => ({ signUpMode: 'VERIFIED' as const }));
	site.api.on(SignUp, () => ({ signUp: { __typename: 'SignUpPending' as const } }) as never);
	await site.show(SignUpPage, { data: { signIn: '/sign-in', mode: 'VERIFIED' }, form: null });
	expect(screen.getByText(enLinks.pendingLead)).not.toBeNull();
	await fill({ displayName: 'Cy', email: 'cy@example.com', password: 'an unusual phrase' });
	await screen.findByText(enLinks.pending);
	expect(form()).toBeNull();
	expect(visits.urls).toEqual([]);
});

test.each([
	['INVITATION', enLinks.byInvitation],
	['CLOSED', enLinks.closed]
] as const)(
	'where signing up is not for everyone (%s), the page says so instead of a form',
	async (mode, text) => {
		const site = new Site('/sign-up', signUp);
		await site.show(SignUpPage, { data: { signIn: '/sign-in', mode }, form: null });
		expect(screen.getByText(text)).not.toBeNull();
		expect(form()).toBeNull();
	}
);
