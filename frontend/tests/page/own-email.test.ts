/** One's own email on the account page: verified, changed, and the new one that waits. */
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';
import { RequestEmailChange, RequestEmailVerification, type ProblemCode } from '#lib/graphql/documents.ts';
import { enOwnEmail } from '#lib/messages/en-own-email.ts';
import { en } from '#lib/messages/en.ts';
import { actions } from '../../src/routes/(app)/account/+page.server.ts';
import Page from '../../src/routes/(app)/account/+page.svelte';
import { Site } from '../document/site.ts';
import { ADMIN, AT, DONE, event, refused, session, sessionPage, user } from '../fakes/rows.ts';

const NEW = 'new@example.com';
const grace = user({ ...ADMIN, emailVerifiedAt: null });
let site: Site;
beforeEach(() => (site = new Site('/account', actions)));
const show = (more: object = {}, form: unknown = null) =>
	site.show(Page, {
		data: {
			user: grace,
			pendingEmail: null,
			secondFactors: [],
			passkeys: [],
			sessions: sessionPage([session('1', { current: true })]),
			cursor: 'head',
			viewer: ADMIN,
			...more
		},
		form
	});
const form = (name: string) => document.querySelector<HTMLFormElement>(`form[data-form="${name}"]`);
const pending = () => document.querySelector('[data-pending-email]')?.textContent ?? null;

async function change(email: string, password = 'the current one') {
	const element = form('changeEmail')!;
	await fireEvent.input(element.querySelector('[name=newEmail]')!, { target: { value: email } });
	await fireEvent.input(element.querySelector('[name=currentPassword]')!, { target: { value: password } });
	await fireEvent.submit(element);
}

test('the profile has no email, which is changed by a link', async () => {
	await show();
	expect(form('save')!.querySelector('[name=email]')).toBeNull();
	expect(form('save')!.querySelector('[name="before.email"]')).toBeNull();
});

test('a link verifies an email that is not verified, and one that is has no button', async () => {
	site.api.on(RequestEmailVerification, () => ({ requestEmailVerification: DONE }) as never);
	const update = await show();
	await fireEvent.submit(form('verifyEmail')!);
	await screen.findByText(enOwnEmail.linkSent);
	await update({
		data: {
			user: { ...grace, version: 2, emailVerifiedAt: AT },
			pendingEmail: null,
			secondFactors: [],
			passkeys: [],
			sessions: sessionPage([]),
			cursor: 'head',
			viewer: ADMIN
		}
	});
	await waitFor(() => expect(form('verifyEmail')).toBeNull());
	expect(document.body.textContent).toContain(enOwnEmail.verified);
});

test('a new email waits, and counts once it is confirmed', async () => {
	site.api.on(RequestEmailChange, () => ({ requestEmailChange: DONE }) as never);
	await show();
	expect(pending()).toBeNull();
	await change(` ${NEW} `);
	await screen.findByText(enOwnEmail.waits(NEW));
	// One notice, and the focus where the form was folded up.
	expect(document.querySelectorAll('#email [role=status]')).toHaveLength(1);
	expect(document.activeElement).toBe(form('changeEmail')!.closest('details')!.querySelector('summary'));
	expect(site.api.variables(RequestEmailChange)).toEqual([
		{ input: { newEmail: NEW, currentPassword: 'the current one' } }
	]);
	expect(pending()).toContain(NEW);
	expect(document.querySelector('[data-own-email]')!.textContent).toBe(grace.email);
	expect(form('changeEmail')!.querySelector<HTMLInputElement>('[name=currentPassword]')!.value).toBe('');
	const after = { ...grace, version: 2, email: NEW, emailVerifiedAt: AT };
	await site.push('UserHistoryFeed', { userEvents: { __typename: 'Event', ...event('x'), user: after } });
	await waitFor(() => expect(document.querySelector('[data-own-email]')!.textContent).toBe(NEW));
	expect(pending()).toBeNull();
});

test('an email that waited before is shown', async () => {
	await show({ pendingEmail: NEW });
	expect(pending()).toContain(NEW);
});

test.each([
	['INVALID_CREDENTIALS', {}, en.invalid.currentPassword],
	[
		'VALIDATION_ERROR',
		{ fields: [{ field: 'newEmail', message: 'Invalid email format' }] },
		en.invalid.email
	],
	[
		'VALIDATION_ERROR',
		{ fields: [{ field: 'newEmail', message: 'This is your address already' }] },
		enOwnEmail.same
	]
] as [ProblemCode, { fields?: object[] }, string][])(
	'a refusal (%s) stands beside its field, and nothing waits',
	async (code, more, text) => {
		site.api.on(RequestEmailChange, () => ({ requestEmailChange: refused(code, more) }));
		await show();
		await change(NEW);
		await screen.findByText(text);
		expect(pending()).toBeNull();
	}
);

test('without script, a refused form is open and holds what was typed', async () => {
	const refusal = { code: 'INVALID_CREDENTIALS', message: 'x', fields: { currentPassword: 'x' } };
	await show({}, { form: 'changeEmail', refusal, kept: { newEmail: NEW } });
	expect(form('changeEmail')!.closest('details')!.open).toBe(true);
	expect(form('changeEmail')!.querySelector<HTMLInputElement>('[name=newEmail]')!.value).toBe(NEW);
});
