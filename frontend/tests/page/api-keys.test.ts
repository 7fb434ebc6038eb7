/** One's own API keys: made, shown once, listed, revoked, and what without script. */
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';
import { ApiKeys, CreateApiKey, RevokeApiKey, type ApiKeyRow } from '#lib/graphql/documents.ts';
import { en } from '#lib/messages/en.ts';
import { enApiKeys } from '#lib/messages/en-api-keys.ts';
import { actions } from '../../src/routes/(app)/account/keys/+page.server.ts';
import Page from '../../src/routes/(app)/account/keys/+page.svelte';
import { Site } from '../document/site.ts';
import { ADMIN, AT, DONE, event, refused } from '../fakes/rows.ts';

const SECRET = 'rck_abcdefgh_0123456789';
const key = (id: string, more: Partial<ApiKeyRow> = {}): ApiKeyRow => ({
	id,
	name: `Key ${id}`,
	role: 'MEMBER',
	scopes: [],
	hint: `rck_${id}`,
	createdAt: AT,
	lastUsedAt: null,
	expiresAt: null,
	...more
});
let site: Site;
beforeEach(() => (site = new Site('/account/keys', actions)));
const show = (keys: ApiKeyRow[], form: unknown = null) =>
	site.show(Page, { data: { keys, cursor: 'head', viewer: site.viewer }, form });
const form = (name: string) => document.querySelector<HTMLFormElement>(`form[data-form="${name}"]`)!;
const rows = () => [...document.querySelectorAll<HTMLElement>('[data-key]')];
const names = () => rows().map((row) => row.querySelector('p span')!.textContent);
const secret = () => document.querySelector('[data-secret] code')?.textContent;
const revoked = () => rows().filter((row) => row.textContent!.includes(enApiKeys.revoked));
const press = (id: string) => fireEvent.click(document.querySelector(`button[value="${id}"]`)!);

test('a key is made with what was chosen, and its text is shown once', async () => {
	site.api.on(CreateApiKey, () => ({
		createApiKey: {
			__typename: 'ApiKeyPayload' as const,
			secret: SECRET,
			apiKey: key('2', { name: 'Backup' })
		}
	}));
	await show([key('1')]);
	await fireEvent.input(form('createKey').querySelector('[name=name]')!, { target: { value: 'Backup' } });
	await fireEvent.change(form('createKey').querySelector('[name=role]')!, { target: { value: 'AUDITOR' } });
	await fireEvent.click(form('createKey').querySelector('[name=introspect]')!);
	const before = Date.now();
	await fireEvent.submit(form('createKey'));
	await waitFor(() => expect(secret()).toBe(SECRET));
	expect(document.body.textContent).toContain(enApiKeys.once);
	expect(names()).toEqual(['Backup', 'Key 1']);
	expect(form('createKey').querySelector<HTMLInputElement>('[name=name]')!.value).toBe('');
	const { input } = site.api.variables(CreateApiKey)[0]!;
	expect(input).toMatchObject({ name: 'Backup', role: 'AUDITOR', scopes: ['INTROSPECT'] });
	const days = (Date.parse(input.expiresAt!) - before) / 86_400_000;
	expect(Math.round(days), 'the default').toBe(90);
});

test('a key without an end has none, and a member chooses neither role nor scope', async () => {
	site.viewer = { ...ADMIN, role: 'MEMBER' };
	site.api.on(CreateApiKey, () => ({
		createApiKey: refused('VALIDATION_ERROR', {
			fields: [{ field: 'name', message: 'There are 50 keys already; revoke one first' }]
		})
	}));
	await show([]);
	expect(document.body.textContent).toContain(enApiKeys.none);
	expect(form('createKey').querySelector('[name=role], [name=introspect]')).toBeNull();
	await fireEvent.input(form('createKey').querySelector('[name=name]')!, { target: { value: 'Backup' } });
	await fireEvent.change(form('createKey').querySelector('[name=lifetime]')!, { target: { value: '0' } });
	await fireEvent.submit(form('createKey'));
	await screen.findByText(enApiKeys.full);
	expect(site.api.variables(CreateApiKey)).toEqual([
		{ input: { name: 'Backup', role: 'MEMBER', scopes: [] } }
	]);
});

test('nobody is offered a role above their own', async () => {
	site.viewer = { ...ADMIN, role: 'AUDITOR' };
	await show([]);
	const offered = [...form('createKey').querySelectorAll('[name=role] option')].map(
		(option) => (option as HTMLOptionElement).value
	);
	expect(offered).toEqual(['MEMBER', 'AUDITOR']);
});

test('a key is revoked, stays where it was, and its text is no longer shown', async () => {
	site.api.on(RevokeApiKey, () => ({ revokeApiKey: DONE }));
	await show([key('1')], { form: 'createKey', done: { key: key('1'), secret: SECRET } });
	expect(secret()).toBe(SECRET);
	await press('1');
	await screen.findByText(enApiKeys.done);
	expect(revoked()).toHaveLength(1);
	expect(secret()).toBeUndefined();
	expect(document.activeElement).toBe(rows()[0]);
	expect(rows()[0]!.querySelector('button')).toBeNull();
	expect(site.api.variables(RevokeApiKey)).toEqual([{ id: '1' }]);
});

test('a key that cannot be revoked is as it was; one that is not there is revoked', async () => {
	site.api.on(RevokeApiKey, () => ({ revokeApiKey: refused('FORBIDDEN') }));
	await show([key('1')]);
	await press('1');
	await screen.findByText(en.problem.FORBIDDEN);
	expect(revoked()).toEqual([]);
	site.api.on(RevokeApiKey, () => ({ revokeApiKey: refused('NOT_FOUND') }));
	await press('1');
	await screen.findByText(enApiKeys.done);
	expect(revoked()).toHaveLength(1);
});

test('what happens elsewhere is read again', async () => {
	await show([key('1'), key('2')]);
	site.api.on(ApiKeys, () => ({
		me: { id: ADMIN.id },
		apiKeys: [key('3'), key('2', { lastUsedAt: AT })]
	}));
	const change = { ...event('x'), type: 'API_KEY_CREATED', userId: ADMIN.id };
	await site.push('UserEvents', { userEvents: { __typename: 'Event', ...change } });
	await waitFor(() => expect(names()).toEqual(['Key 3', 'Key 1', 'Key 2']));
	expect(revoked().map((row) => row.dataset.key)).toEqual(['1']);
	expect(rows()[2]!.textContent).toContain(enApiKeys.used);
});

test('a key that is refused is not taken for the one before, whose text is no longer shown', async () => {
	site.api.on(CreateApiKey, () => ({ createApiKey: refused('FORBIDDEN') }));
	await show([key('1')], { form: 'createKey', done: { key: key('1'), secret: SECRET } });
	await fireEvent.submit(form('createKey'));
	await screen.findByText(en.problem.FORBIDDEN);
	expect(secret()).toBeUndefined();
});

test('a key that may check tokens says so', async () => {
	await show([key('1', { scopes: ['INTROSPECT'] }), key('2')]);
	expect(rows().map((row) => row.textContent!.includes(enApiKeys.introspect))).toEqual([true, false]);
});

test('an expired key says so', async () => {
	await show([key('1', { expiresAt: AT }), key('2', { expiresAt: '2999-01-01T00:00:00Z' })]);
	const over = rows().filter((row) => row.textContent!.includes(enApiKeys.over));
	expect(over.map((row) => row.dataset.key)).toEqual(['1']);
});

test('without script, what was entered is shown again', async () => {
	const refusal = { code: 'VALIDATION_ERROR', message: '', fields: { name: 'The display name is too long' } };
	const kept = { name: 'Long', role: 'ADMIN', introspect: true, lifetime: 365 };
	await show([], { form: 'createKey', refusal, kept });
	const value = (name: string) => form('createKey').querySelector<HTMLInputElement>(`[name=${name}]`)!;
	expect([value('name').value, value('role').value, value('lifetime').value]).toEqual([
		'Long',
		'ADMIN',
		'365'
	]);
	expect(value('introspect').checked).toBe(true);
	expect(document.body.textContent).toContain(en.invalid.displayName);
});
