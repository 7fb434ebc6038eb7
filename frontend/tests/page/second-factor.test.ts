/** The second factor of one's own account: what is shown once, and what without script. */
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';
import { BeginTotp, ConfirmTotp, DisableTotp, RenewRecoveryCodes } from '#lib/graphql/documents.ts';
import { en } from '#lib/messages/en.ts';
import { enFactor } from '#lib/messages/en-factor.ts';
import { actions } from '../../src/routes/(app)/account/+page.server.ts';
import Page from '../../src/routes/(app)/account/+page.svelte';
import { Site } from '../document/site.ts';
import { ADMIN, refused, session, sessionPage, user } from '../fakes/rows.ts';

const ENROLMENT = { secret: 'ABCDEFGH', uri: 'otpauth://totp/x?secret=ABCDEFGH', qrSvg: '<svg/>' };
const CODES = ['aaaa-bbbb-cccc-dddd', 'eeee-ffff-gggg-hhhh'];
const NONE: readonly string[] = [];
let site: Site;
beforeEach(() => (site = new Site('/account', actions)));
const show = (secondFactors: readonly string[] = NONE, form: unknown = null) =>
	site.show(Page, {
		data: {
			user: user({ ...ADMIN }),
			secondFactors,
			passkeys: [],
			sessions: sessionPage([session('1', { current: true })]),
			cursor: 'head',
			viewer: ADMIN
		},
		form
	});
const form = (name: string) => document.querySelector<HTMLFormElement>(`form[data-form="${name}"]`)!;
const state = () => document.querySelector<HTMLElement>('[data-second-factor]')!.dataset.secondFactor;
const shownCodes = () =>
	[...document.querySelectorAll('[data-recovery-codes] li')].map((li) => li.textContent);

async function send(name: string, fields: Record<string, string>) {
	for (const [field, value] of Object.entries(fields))
		await fireEvent.input(form(name).querySelector(`[name=${field}]`)!, { target: { value } });
	await fireEvent.submit(form(name));
}

test('is set up by a secret that is shown and a first code, and then shows the recovery codes', async () => {
	site.api.on(BeginTotp, () => ({ beginTotp: { __typename: 'TotpEnrolment', ...ENROLMENT } as never }));
	await show();
	expect(state()).toBe('off');
	await send('beginTotp', { currentPassword: 'my password' });
	await waitFor(() => expect(document.querySelector('[data-totp-key]')!.textContent).toBe('ABCD EFGH'));
	expect(document.querySelector('img')!.src).toBe('data:image/svg+xml,%3Csvg%2F%3E');
	const wrong = { fields: [{ field: 'code', message: 'The code is wrong or has expired; enter the one' }] };
	site.api.on(ConfirmTotp, () => ({ confirmTotp: refused('VALIDATION_ERROR', wrong) }));
	await send('confirmTotp', { code: '111111' });
	await screen.findByText(en.invalid.code);
	expect(document.querySelector('[data-totp-key]')).not.toBeNull();
	site.api.on(ConfirmTotp, () => ({ confirmTotp: { __typename: 'RecoveryCodes', codes: CODES } as never }));
	await send('confirmTotp', { code: '222222' });
	await waitFor(() => expect(shownCodes()).toEqual(CODES));
	expect(state()).toBe('on');
	expect(document.querySelector('[data-totp-key]')).toBeNull();
	expect(site.api.variables(ConfirmTotp)).toEqual([{ code: '111111' }, { code: '222222' }]);
	expect(document.body.textContent).toContain(enFactor.turnedOn);
});

test('a wrong password is told beside its field', async () => {
	site.api.on(BeginTotp, () => ({ beginTotp: refused('INVALID_CREDENTIALS') }));
	await show();
	await send('beginTotp', { currentPassword: 'another' });
	await screen.findByText(en.invalid.currentPassword);
	expect(screen.queryByRole('alert')).toBeNull();
});

test('codes are replaced, and the old ones are said to have ended', async () => {
	site.api.on(RenewRecoveryCodes, () => ({
		renewRecoveryCodes: { __typename: 'RecoveryCodes', codes: CODES } as never
	}));
	await show(['TOTP']);
	await send('recovery', { currentPassword: 'my password' });
	await waitFor(() => expect(shownCodes()).toEqual(CODES));
	expect(document.body.textContent).toContain(enFactor.renewed);
});

test('is turned off by password and code, each told apart when it is wrong', async () => {
	site.api.on(DisableTotp, () => ({
		disableTotp: refused('INVALID_CREDENTIALS', {
			message: 'The code is wrong, has expired or was used before'
		})
	}));
	await show(['TOTP']);
	await send('disableTotp', { currentPassword: 'my password', code: '111111' });
	await screen.findByText(en.invalid.code);
	site.api.on(DisableTotp, () => ({ disableTotp: refused('INVALID_CREDENTIALS') }));
	await send('disableTotp', { currentPassword: 'another', code: '111111' });
	await screen.findByText(en.invalid.currentPassword);
	site.api.on(DisableTotp, () => ({ disableTotp: { __typename: 'Done', ok: true } as never }));
	await send('disableTotp', { currentPassword: 'my password', code: '222222' });
	await waitFor(() => expect(state()).toBe('off'));
	expect(document.body.textContent).toContain(enFactor.turnedOff);
});

test('without script, a refused first code shows the same secret again', async () => {
	const refusal = { code: 'VALIDATION_ERROR', message: '', fields: { code: 'The code is wrong or' } };
	await show(NONE, { form: 'confirmTotp', refusal, kept: ENROLMENT });
	expect(document.querySelector('[data-totp-key]')!.textContent).toBe('ABCD EFGH');
	expect(form('confirmTotp').querySelector<HTMLInputElement>('[name=secret]')!.value).toBe('ABCDEFGH');
	expect(document.body.textContent).toContain(en.invalid.code);
});

test('without script, codes are shown by the page that answers', async () => {
	await show(['TOTP'], { form: 'confirmTotp', done: CODES });
	expect([state(), shownCodes()]).toEqual(['on', CODES]);
});

test('codes are not replaced with a wrong password, which is said beside its field', async () => {
	site.api.on(RenewRecoveryCodes, () => ({ renewRecoveryCodes: refused('INVALID_CREDENTIALS') }));
	await show(['TOTP']);
	await send('recovery', { currentPassword: 'another' });
	await screen.findByText(en.invalid.currentPassword);
	expect([screen.queryByRole('alert'), shownCodes()]).toEqual([null, []]);
});

test('codes that have ended are not shown', async () => {
	site.api.on(DisableTotp, () => ({ disableTotp: { __typename: 'Done', ok: true } as never }));
	await show(['TOTP'], { form: 'confirmTotp', done: CODES });
	await send('disableTotp', { currentPassword: 'my password', code: '222222' });
	await waitFor(() => expect(state()).toBe('off'));
	expect(shownCodes()).toEqual([]);
});

test('without script, new codes are said to replace the old ones', async () => {
	await show(['TOTP'], { form: 'recovery', done: CODES });
	expect(shownCodes()).toEqual(CODES);
	expect(document.body.textContent).toContain(enFactor.renewed);
});

test.each([
	['beginTotp', NONE],
	['recovery', ['TOTP']],
	['disableTotp', ['TOTP']]
])('without script, a refused form is open: %s', async (name, factors) => {
	const refusal = { code: 'INVALID_CREDENTIALS', message: '', fields: { currentPassword: 'wrong' } };
	await show(factors, { form: name, refusal, kept: null });
	expect(form(name).closest('details')!.open).toBe(true);
	expect(document.querySelectorAll('[data-second-factor] details[open]')).toHaveLength(1);
});
