/** The page on which a required second factor is set up: before it is, nothing else; after it, the codes and the way on. */
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BeginPasskey, BeginTotp, ConfirmTotp, FinishPasskey, Me } from '#lib/graphql/documents.ts';
import { deEnrol } from '#lib/messages/de-enrol.ts';
import { enEnrol } from '#lib/messages/en-enrol.ts';
import { enrolMessages } from '#lib/messages/enrol.ts';
import { actions, load } from '../../src/routes/(auth)/second-factor/+page.server.ts';
import Page from '../../src/routes/(auth)/second-factor/+page.svelte';
import { Site } from '../document/site.ts';
import { FakeApi } from '../fakes/api.ts';
import { ADMIN } from '../fakes/rows.ts';

const ENROLMENT = { secret: 'ABCDEFGH', uri: 'otpauth://totp/x?secret=ABCDEFGH', qrSvg: '<svg/>' };
const CODES = ['aaaa-bbbb-cccc-dddd', 'eeee-ffff-gggg-hhhh'];
const PATH = '/second-factor?next=%2Factivity';
const ACTIONS = '?next=%2Factivity&';
let site: Site;
beforeEach(() => (site = new Site(PATH, actions)));
afterEach(() => vi.unstubAllGlobals());
const show = (needed = true, form: unknown = null) =>
	site.show(Page, { data: { needed, next: '/activity', actions: ACTIONS }, form });
const form = (name: string) => document.querySelector<HTMLFormElement>(`form[data-form="${name}"]`)!;
const wayOn = () => screen.queryByRole('link', { name: enEnrol.goOn });

async function send(name: string, fields: Record<string, string>) {
	for (const [field, value] of Object.entries(fields))
		await fireEvent.input(form(name).querySelector(`[name=${field}]`)!, { target: { value } });
	await fireEvent.submit(form(name));
}

const loaded = (api: FakeApi, path = PATH) =>
	load({ locals: { api }, url: new URL(path, location.href) } as never) as Promise<object>;

test('says whether a factor is needed, and asks for a session first', async () => {
	const api = new FakeApi();
	api.on(Me, () => ({ me: ADMIN, enrolmentRequired: true }));
	expect(await loaded(api)).toEqual({ needed: true, next: '/activity', actions: ACTIONS });
	api.on(Me, () => ({ me: ADMIN, enrolmentRequired: false }));
	expect(await loaded(api)).toMatchObject({ needed: false });
	api.on(Me, () => ({ me: null, enrolmentRequired: false }));
	await expect(loaded(api)).rejects.toThrow('to sign in');
	api.hasSession = false;
	await expect(loaded(api)).rejects.toThrow('to sign in');
	expect(api.asked).toHaveLength(3);
});

test('the address to go on to is kept by the forms, and leads to no other site', async () => {
	const api = new FakeApi();
	api.on(Me, () => ({ me: ADMIN, enrolmentRequired: true }));
	const sent = new URL(`${ACTIONS}/beginTotp`, `${location.origin}/second-factor`);
	expect(await loaded(api, sent.href)).toMatchObject({ next: '/activity' });
	for (const path of ['//evil.example', '/\\evil.example', 'https://evil.example/', ''])
		expect(await loaded(api, `/second-factor?next=${encodeURIComponent(path)}`)).toMatchObject({
			next: '/',
			actions: '?&'
		});
	await show();
	expect(form('beginTotp').getAttribute('action')).toBe(`${ACTIONS}/beginTotp`);
	await show(true, { form: 'beginTotp', done: ENROLMENT });
	expect(form('confirmTotp').getAttribute('action')).toBe(`${ACTIONS}/confirmTotp`);
});

test('leads through an authenticator app to the codes and the way on', async () => {
	await show();
	expect(screen.getByText(enEnrol.lead)).toBeDefined();
	expect(wayOn()).toBeNull();
	site.api.on(BeginTotp, () => ({ beginTotp: { __typename: 'TotpEnrolment', ...ENROLMENT } as never }));
	await send('beginTotp', { currentPassword: 'my password' });
	await waitFor(() => expect(document.querySelector('[data-totp-key]')!.textContent).toBe('ABCD EFGH'));
	expect(form('beginPasskey'), 'one way at a time').toBeNull();
	site.api.on(ConfirmTotp, () => ({ confirmTotp: { __typename: 'RecoveryCodes', codes: CODES } as never }));
	await send('confirmTotp', { code: '222222' });
	await waitFor(() => expect(document.querySelectorAll('[data-recovery-codes] li')).toHaveLength(2));
	expect(screen.getByText(`${enEnrol.done} ${enEnrol.keep}`).closest('[role=status]')).not.toBeNull();
	expect(wayOn()!.getAttribute('href')).toBe('/activity');
});

test('a passkey leads on too', async () => {
	vi.stubGlobal('PublicKeyCredential', { parseCreationOptionsFromJSON: (options: unknown) => options });
	Object.defineProperty(navigator, 'credentials', {
		configurable: true,
		value: { create: () => Promise.resolve({ id: 'made' }) }
	});
	site.api.on(BeginPasskey, () => ({
		beginPasskeyRegistration: { __typename: 'PasskeyOptions', options: {} } as never
	}));
	site.api.on(FinishPasskey, () => ({
		finishPasskeyRegistration: { __typename: 'PasskeyPayload', passkey: { id: 'p1', name: 'Phone' } } as never
	}));
	await show();
	await send('beginPasskey', { name: 'Phone', currentPassword: 'my password' });
	await waitFor(() => expect(wayOn()?.getAttribute('href')).toBe('/activity'));
	expect(document.querySelector('[data-recovery-codes]')).toBeNull();
});

test('without script, the codes come with the page', async () => {
	await show(false, { form: 'confirmTotp', done: CODES });
	expect(document.querySelectorAll('[data-recovery-codes] li')).toHaveLength(2);
	expect(wayOn()).not.toBeNull();
});

test('once a factor is there, the page only leads on', async () => {
	await show(false);
	expect(screen.getByText(enEnrol.done).closest('[role=status]')).not.toBeNull();
	expect(document.querySelector('form')).toBeNull();
	expect(enrolMessages('de')).toBe(deEnrol);
	expect(enrolMessages('en')).toBe(enEnrol);
});
