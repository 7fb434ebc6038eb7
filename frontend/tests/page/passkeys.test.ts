/** One's own passkeys: made by the browser between two forms, listed, removed; and what is said without script. */
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BeginPasskey, FinishPasskey, RemovePasskey } from '#lib/graphql/documents.ts';
import { enFactor } from '#lib/messages/en-factor.ts';
import { enPasskey } from '#lib/messages/en-passkey.ts';
import { en } from '#lib/messages/en.ts';
import { actions } from '../../src/routes/(app)/account/+page.server.ts';
import Page from '../../src/routes/(app)/account/+page.svelte';
import { Site } from '../document/site.ts';
import { ADMIN, AT, DONE, refused, session, sessionPage, user } from '../fakes/rows.ts';

const PHONE = { __typename: 'Passkey', id: 'p1', name: 'Phone', createdAt: AT, lastUsedAt: null } as never;
const LAPTOP = { ...(PHONE as object), id: 'p2', name: 'Laptop' } as never;
const NONE: readonly never[] = [];
let site: Site;
let create: () => unknown;
beforeEach(() => {
	site = new Site('/account', actions);
	create = () => ({ id: 'made' });
	vi.stubGlobal('PublicKeyCredential', { parseCreationOptionsFromJSON: (options: unknown) => options });
	Object.defineProperty(navigator, 'credentials', {
		configurable: true,
		value: { create: () => Promise.resolve().then(create) }
	});
	site.api.on(BeginPasskey, () => ({
		beginPasskeyRegistration: { __typename: 'PasskeyOptions', options: { challenge: 'c' } } as never
	}));
	site.api.on(FinishPasskey, ({ name }) => ({
		finishPasskeyRegistration: {
			__typename: 'PasskeyPayload',
			passkey: { ...(PHONE as object), name }
		} as never
	}));
	site.api.on(RemovePasskey, () => ({ removePasskey: DONE }));
});
afterEach(() => vi.unstubAllGlobals());

const show = (passkeys: readonly never[] = NONE, form: unknown = null) =>
	site.show(Page, {
		data: {
			user: user({ ...ADMIN }),
			secondFactors: [],
			passkeys,
			sessions: sessionPage([session('1', { current: true })]),
			cursor: 'head',
			viewer: ADMIN
		},
		form
	});
const form = (name: string) => document.querySelector<HTMLFormElement>(`form[data-form="${name}"]`)!;
const block = () => document.querySelector<HTMLElement>('[data-passkeys]')!;
const names = () =>
	[...document.querySelectorAll('[data-passkey] p:first-child span')].map((span) => span.textContent);

async function send(name: string, fields: Record<string, string>) {
	for (const [field, value] of Object.entries(fields))
		await fireEvent.input(form(name).querySelector(`[name=${field}]`)!, { target: { value } });
	await fireEvent.submit(form(name));
}

test('is made by the browser and listed, and is a second factor from then on', async () => {
	await show();
	expect(block().textContent).toContain(enPasskey.none);
	await send('beginPasskey', { name: 'Phone', currentPassword: 'my password' });
	await waitFor(() => expect(names()).toEqual(['Phone']));
	expect(site.api.variables(BeginPasskey)).toEqual([{ currentPassword: 'my password' }]);
	expect(site.api.variables(FinishPasskey)).toEqual([{ name: 'Phone', credential: { id: 'made' } }]);
	screen.getByText(enPasskey.added('Phone'));
	screen.getByText(enFactor.byPasskey);
	screen.getByText(enFactor.renew);
	expect(form('beginPasskey').querySelector<HTMLInputElement>('[name=currentPassword]')!.value).toBe('');
});

test('a wrong password is told beside its field', async () => {
	site.api.on(BeginPasskey, () => ({ beginPasskeyRegistration: refused('INVALID_CREDENTIALS') as never }));
	await show();
	await send('beginPasskey', { name: 'Phone', currentPassword: 'another' });
	await screen.findByText(en.invalid.currentPassword);
	expect(site.api.variables(FinishPasskey)).toEqual([]);
});

test.for([
	['NotAllowedError', false],
	['SecurityError', true]
] as const)('a browser that made none (%s) says so only if it could not', async ([name, said]) => {
	create = () => {
		throw new DOMException('', name);
	};
	await show();
	await send('beginPasskey', { name: 'Phone', currentPassword: 'my password' });
	const button = () => screen.getByRole<HTMLButtonElement>('button', { name: enPasskey.create });
	await waitFor(() => expect(button().disabled).toBe(false));
	expect(Boolean(screen.queryByText(enPasskey.failed))).toBe(said);
	expect(site.api.variables(FinishPasskey)).toEqual([]);
});

test('what the API refuses of it is said', async () => {
	const fields = [{ field: 'credential', message: 'This passkey is registered already' }];
	site.api.on(FinishPasskey, () => ({
		finishPasskeyRegistration: refused('VALIDATION_ERROR', { fields, message: fields[0]!.message }) as never
	}));
	await show();
	await send('beginPasskey', { name: 'Phone', currentPassword: 'my password' });
	await screen.findByText('This passkey is registered already');
	expect(names()).toEqual([]);
});

test('is removed with the password', async () => {
	await show([PHONE]);
	await send('removePasskey', { currentPassword: 'my password' });
	await waitFor(() => expect(names()).toEqual([]));
	expect(site.api.variables(RemovePasskey)).toEqual([{ id: 'p1', currentPassword: 'my password' }]);
	screen.getByText(enPasskey.removed);
	expect(screen.queryByText(enFactor.byPasskey)).toBeNull();
});

test('one that was removed elsewhere is gone here too', async () => {
	site.api.on(RemovePasskey, () => ({ removePasskey: refused('NOT_FOUND') as never }));
	await show([PHONE]);
	await send('removePasskey', { currentPassword: 'my password' });
	await waitFor(() => expect(names()).toEqual([]));
});

test('without script, a refused removal is open, with its reason', async () => {
	const refusal = { code: 'INVALID_CREDENTIALS', message: 'wrong', fields: { currentPassword: 'wrong' } };
	await show([PHONE], { form: 'removePasskey', refusal, kept: { id: 'p1' } });
	expect(document.querySelector<HTMLDetailsElement>('[data-passkey] details')!.open).toBe(true);
	screen.getByText(en.invalid.currentPassword);
});

test('after a failure another attempt is made, and what was said of the first is no longer shown', async () => {
	create = () => {
		throw new DOMException('', 'SecurityError');
	};
	await show();
	await send('beginPasskey', { name: 'Phone', currentPassword: 'my password' });
	await screen.findByText(enPasskey.failed);
	create = () => ({ id: 'made' });
	await fireEvent.submit(form('beginPasskey'));
	await waitFor(() => expect(names()).toEqual(['Phone']));
	expect(screen.queryByText(enPasskey.failed)).toBeNull();
});

test('one that was added and removed is not said to be added', async () => {
	await show();
	await send('beginPasskey', { name: 'Phone', currentPassword: 'my password' });
	await screen.findByText(enPasskey.added('Phone'));
	await send('removePasskey', { currentPassword: 'my password' });
	await screen.findByText(enPasskey.removed);
	expect(screen.queryByText(enPasskey.added('Phone'))).toBeNull();
});

test('of two, the refused removal says why at the one that stays', async () => {
	site.api.on(RemovePasskey, () => ({ removePasskey: refused('INVALID_CREDENTIALS') as never }));
	await show([PHONE, LAPTOP]);
	const [, second] = document.querySelectorAll<HTMLFormElement>('form[data-form=removePasskey]');
	await fireEvent.submit(second!);
	const said = await screen.findByText(en.invalid.currentPassword);
	expect(said.closest<HTMLElement>('[data-passkey]')!.dataset.passkey).toBe('p2');
});

test('a refused addition is open where the page came with it', async () => {
	const refusal = { code: 'INVALID_CREDENTIALS', message: '', fields: { currentPassword: 'wrong' } };
	await show(NONE, { form: 'beginPasskey', refusal, kept: null });
	expect(form('beginPasskey').closest('details')!.open).toBe(true);
});
