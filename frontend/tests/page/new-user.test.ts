/** The form that adds a user: sent twice, it adds one. */
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';
import { CreateUser, type CreateUserVariables, type User, type UserOutcome } from '#lib/graphql/documents.ts';
import { enNew } from '#lib/messages/en-new.ts';
import { en } from '#lib/messages/en.ts';
import Page from '../../src/routes/(app)/people/new/+page.svelte';
import { actions } from '../../src/routes/(app)/people/new/+page.server.ts';
import { payload, refused, user } from '../fakes/rows.ts';
import { Site } from '../document/site.ts';
import { visits } from '../document/kit/navigation.ts';

let site: Site;
/** Who was added, by the key that came with them: the API adds one for each. */
let added: Map<string, string>;
beforeEach(() => {
	site = new Site('/people/new', actions);
	added = new Map();
	site.api.on(CreateUser, ({ input }: CreateUserVariables): { createUser: UserOutcome } => {
		const key = input.idempotencyKey ?? `none ${added.size}`;
		added.set(key, added.get(key) ?? input.displayName);
		return {
			createUser: { __typename: 'UserPayload', user: user({ id: key, displayName: input.displayName }) }
		};
	});
});
const form = () => document.querySelector<HTMLFormElement>('form[data-form="newUser"]')!;
const field = (name: string) => form().querySelector<HTMLInputElement>(`[name=${name}]`)!;
async function fill(name: string) {
	await fireEvent.input(field('displayName'), { target: { value: name } });
	await fireEvent.input(field('email'), { target: { value: `${name}@example.com` } });
}
const submit = (button: string) => fireEvent.click(screen.getByRole('button', { name: button }));

test('sent twice, it adds one user', async () => {
	await site.show(Page, { data: { key: 'key-1' }, form: null });
	await fill('Ada');
	form().requestSubmit();
	form().requestSubmit();
	await waitFor(() => expect(site.api.variables(CreateUser)).toHaveLength(2));
	expect([...added]).toEqual([['key-1', 'Ada']]);
	await waitFor(() => expect(visits.urls).toEqual(['/people/key-1', '/people/key-1']));
});

test('another one is begun with an empty form and a key of its own', async () => {
	const update = await site.show(Page, { data: { key: 'key-1' }, form: null });
	await fill('Ada');
	await submit(enNew.createAnother);
	await waitFor(() => expect(visits.refreshed).toBe(1));
	expect([field('displayName').value, document.activeElement]).toEqual(['', field('displayName')]);
	await update({ data: { key: 'key-2' } });
	await fill('Bo');
	await submit(enNew.createAnother);
	await waitFor(() =>
		expect([...added]).toEqual([
			['key-1', 'Ada'],
			['key-2', 'Bo']
		])
	);
});

test('while it is under way it cannot be sent again by its buttons', async () => {
	let end = () => {};
	site.api.on(CreateUser, async () => {
		await new Promise<void>((resolve) => (end = resolve));
		return { createUser: payload(user()) };
	});
	await site.show(Page, { data: { key: 'key-1' }, form: null });
	await fill('Ada');
	await submit(enNew.create);
	expect(
		[...form().querySelectorAll<HTMLButtonElement>('button[type=submit]')].map((one) => one.disabled)
	).toEqual([true, true]);
	await waitFor(() => expect(site.api.variables(CreateUser)).toHaveLength(1));
	end();
	await waitFor(() => expect(visits.urls).toHaveLength(1));
});

const held = (more: Partial<User>) =>
	refused('EMAIL_TAKEN', {
		message: 'This e-mail address belongs to a deleted user; restore or erase them first',
		current: user({ id: 'ada-1', displayName: 'Ada Lovelace', version: 3, ...more })
	});
const holder = () => document.querySelector<HTMLElement>('[data-holder]');

test('an address that a deleted user has: says who, and offers to restore them', async () => {
	site.api.on(CreateUser, () => ({ createUser: held({ status: 'DELETED' }) }));
	await site.show(Page, { data: { key: 'key-1' }, form: null });
	await fill('Ada');
	await submit(enNew.create);
	await screen.findByText(en.invalid.held);
	expect(holder()!.dataset.holder).toBe('ada-1');
	expect(holder()!.textContent).toContain(en.user.heldByDeleted('Ada Lovelace'));
	const restore = screen.getByRole<HTMLButtonElement>('button', {
		name: en.user.restoreHolder('Ada Lovelace')
	});
	expect([restore.form!.method, restore.form!.getAttribute('action')]).toEqual([
		'post',
		'/people/ada-1?/restore'
	]);
	expect(Object.fromEntries(new FormData(restore.form!))).toEqual({ expectedVersion: '3' });
	site.api.on(CreateUser, () => ({ createUser: payload(user()) }));
	await submit(enNew.createAnother);
	await waitFor(() => expect(holder()).toBeNull());
});

test('an address that somebody else has: says who, and there is nothing to restore', async () => {
	site.api.on(CreateUser, () => ({
		createUser: refused('EMAIL_TAKEN', { current: user({ displayName: 'Ada Lovelace' }) })
	}));
	await site.show(Page, { data: { key: 'key-1' }, form: null });
	await fill('Ada');
	await submit(enNew.create);
	await screen.findByText(en.problem.EMAIL_TAKEN);
	expect(holder()!.textContent).toContain(en.user.heldBy('Ada Lovelace'));
	expect(holder()!.querySelector('form')).toBeNull();
});

test('without script the same is on the page', async () => {
	const kept = { email: 'ada@example.com', displayName: 'Ada', role: 'MEMBER' };
	const refusal = { code: 'EMAIL_TAKEN', message: '', fields: {} };
	const given = { ...kept, holder: user({ displayName: 'Ada Lovelace', status: 'DELETED' }) };
	await site.show(Page, { data: { key: 'key-1' }, form: { form: 'newUser', refusal, kept: given } });
	screen.getByRole('button', { name: en.user.restoreHolder('Ada Lovelace') });
	expect([field('displayName').value, field('email').value]).toEqual(['Ada', 'ada@example.com']);
});

test('refused, it keeps what was typed and says what is wrong', async () => {
	site.api.on(CreateUser, () => ({
		createUser: refused('EMAIL_TAKEN')
	}));
	await site.show(Page, { data: { key: 'key-1' }, form: null });
	await fill('Ada');
	await submit(enNew.create);
	await screen.findByText(en.problem.EMAIL_TAKEN);
	expect(field('displayName').value).toBe('Ada');
	await waitFor(() => expect(document.activeElement).toBe(field('email')));
});
