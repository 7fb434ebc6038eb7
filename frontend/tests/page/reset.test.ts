/** A forgotten password: asking for a link, which says nothing of the address, and setting a new one with it. */
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import { RequestPasswordReset, ResetPassword } from '#lib/graphql/documents.ts';
import { enReset } from '#lib/messages/en-reset.ts';
import { en } from '#lib/messages/en.ts';
import {
	actions as forgot,
	load as forgotLoad
} from '../../src/routes/(auth)/forgot-password/+page.server.ts';
import ForgotPage from '../../src/routes/(auth)/forgot-password/+page.svelte';
import { actions as reset, load as resetLoad } from '../../src/routes/(auth)/reset-password/+page.server.ts';
import ResetPage from '../../src/routes/(auth)/reset-password/+page.svelte';
import { visits } from '../document/kit/navigation.ts';
import { Site } from '../document/site.ts';
import { refused } from '../fakes/rows.ts';

const loaded = (load: unknown, path: string) =>
	(load as (event: unknown) => object)({ url: new URL(path, location.href) });
const done = { __typename: 'Done', ok: true, cursor: null } as never;

async function submit(name: string, value: string) {
	await fireEvent.input(document.querySelector(`[name=${name}]`)!, { target: { value } });
	await fireEvent.submit(document.querySelector('form[data-form]')!);
}

test('a request says that a link is on its way, for known and unknown addresses alike', async () => {
	const site = new Site('/forgot-password', forgot);
	site.api.on(RequestPasswordReset, () => ({ requestPasswordReset: done }));
	await site.show(ForgotPage, { data: loaded(forgotLoad, '/forgot-password'), form: null });
	await submit('email', ' ada@example.com ');
	await screen.findByText(enReset.linkSent);
	expect(site.api.variables(RequestPasswordReset)).toEqual([{ email: 'ada@example.com' }]);
});

test('without script, the page says so too', async () => {
	const site = new Site('/forgot-password', forgot);
	const form = { form: 'forgot', done: null };
	await site.show(ForgotPage, { data: loaded(forgotLoad, '/forgot-password'), form });
	expect(screen.getByText(enReset.linkSent).closest('[role=status]')).not.toBeNull();
});

test('text that is not an address is refused beside the field', async () => {
	const site = new Site('/forgot-password', forgot);
	const fields = [{ field: 'email', message: 'Invalid email format' }];
	site.api.on(RequestPasswordReset, () => ({
		requestPasswordReset: refused('VALIDATION_ERROR', { fields })
	}));
	await site.show(ForgotPage, { data: loaded(forgotLoad, '/forgot-password'), form: null });
	await submit('email', 'x');
	await screen.findByText(en.invalid.email);
	expect(screen.queryByText(enReset.linkSent)).toBeNull();
});

test('opening a link changes nothing, and its button sets the password and leads to sign-in', async () => {
	const path = '/reset-password?token=abc';
	const site = new Site(path, reset);
	site.api.on(ResetPassword, () => ({ resetPassword: done }));
	await site.show(ResetPage, { data: loaded(resetLoad, path), form: null });
	expect(site.api.variables(ResetPassword)).toEqual([]);
	await submit('newPassword', ' spaces stay ');
	await waitFor(() => expect(visits.urls).toEqual(['/sign-in?reason=password_changed']));
	expect(site.api.variables(ResetPassword)).toEqual([
		{ input: { token: 'abc', newPassword: ' spaces stay ' } }
	]);
});

test.each(['TOKEN_INVALID', 'TOKEN_EXPIRED'] as const)(
	'a link that no longer works (%s) says so, and how to get another',
	async (code) => {
		const path = '/reset-password?token=abc';
		const site = new Site(path, reset);
		site.api.on(ResetPassword, () => ({ resetPassword: refused(code) }));
		await site.show(ResetPage, { data: loaded(resetLoad, path), form: null });
		await submit('newPassword', 'an unusual phrase');
		expect((await screen.findByRole('alert')).textContent).toContain(en.problem[code]);
		const again = screen.getByRole('link', { name: enReset.anotherLink });
		expect(again.getAttribute('href')).toBe('/forgot-password');
	}
);
