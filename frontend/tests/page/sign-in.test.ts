/** Signing in and up: where one goes on, and what is said of a refusal. */
import { fireEvent, screen, waitFor } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';
import { SignIn, SignUp } from '#lib/graphql/documents.ts';
import { enSignIn } from '#lib/messages/en-sign-in.ts';
import { en } from '#lib/messages/en.ts';
import { actions, load } from '../../src/routes/(auth)/sign-in/+page.server.ts';
import Page from '../../src/routes/(auth)/sign-in/+page.svelte';
import { actions as signUp } from '../../src/routes/(auth)/sign-up/+page.server.ts';
import SignUpPage from '../../src/routes/(auth)/sign-up/+page.svelte';
import { visits } from '../document/kit/navigation.ts';
import { Site } from '../document/site.ts';
import { AT, refused } from '../fakes/rows.ts';

const session = { __typename: 'SessionPayload', accessTokenExpiresAt: AT } as never;
let site: Site;
const loaded = (path: string) => load({ url: new URL(path, location.href) } as never) as object;
const show = (path: string, form: unknown = null) => site.show(Page, { data: loaded(path), form });
const field = (name: string) => document.querySelector<HTMLInputElement>(`[name=${name}]`)!;
beforeEach(() => (site = new Site('/sign-in?next=%2Fpeople%3Fq%3Da', actions)));

async function submit(email: string) {
	await fireEvent.input(field('email'), { target: { value: email } });
	await fireEvent.submit(document.querySelector('form[data-form]')!);
}

test('goes on where the visitor was, and notes when the token ends', async () => {
	site.api.on(SignIn, () => ({ signIn: session }));
	await show('/sign-in?next=%2Fpeople%3Fq%3Da');
	await submit('ada@example.com');
	await waitFor(() => expect(visits.urls).toEqual(['/people?q=a']));
	expect(site.api.expiries).toEqual([AT]);
	expect(site.api.variables(SignIn)).toMatchObject([{ input: { email: 'ada@example.com', cookie: true } }]);
});

test('goes nowhere but to this site', async () => {
	site = new Site('/sign-in?next=%2F%2Fevil.example', actions);
	site.api.on(SignIn, () => ({ signIn: session }));
	await show('/sign-in');
	await submit('ada@example.com');
	await waitFor(() => expect(visits.urls).toEqual(['/']));
});

test('refused, says so once: beside the field, or else above the form', async () => {
	const fields = [{ field: 'email', message: 'Invalid email format' }];
	site.api.on(SignIn, () => ({ signIn: refused('VALIDATION_ERROR', { fields }) }));
	await show('/sign-in');
	await submit('x');
	await screen.findByText(en.invalid.email);
	expect(screen.queryByRole('alert')).toBeNull();
	site.api.on(SignIn, () => ({ signIn: refused('INVALID_CREDENTIALS') }));
	await submit('ada@example.com');
	expect((await screen.findByRole('alert')).textContent).toContain(en.problem.INVALID_CREDENTIALS);
});

test('without script, keeps the address and says why', async () => {
	const refusal = { code: 'INVALID_CREDENTIALS', message: '', fields: {} };
	await show('/sign-in', { form: 'signIn', refusal, kept: { email: 'ada@example.com', code: false } });
	expect(screen.getByRole('alert').textContent).toContain(en.problem.INVALID_CREDENTIALS);
	expect(field('email').value).toBe('ada@example.com');
});

test('says why one has to sign in, and keeps the way back for who has no account', async () => {
	await show('/sign-in?reason=role_changed&next=%2Factivity');
	screen.getByText(enSignIn.reasons.role_changed);
	const link = screen.getByRole('link', { name: en.auth.signUp });
	expect(link.getAttribute('href')).toBe('/sign-up?next=%2Factivity');
});

test('signing up goes on the same way, and keeps what was typed', async () => {
	site = new Site('/sign-up?next=%2Faccount', signUp);
	site.api.on(SignUp, () => ({ signUp: refused('EMAIL_TAKEN') }));
	await site.show(SignUpPage, { data: { signIn: '/sign-in' }, form: null });
	await submit('ada@example.com');
	await screen.findByText(en.problem.EMAIL_TAKEN);
	expect(field('email').value).toBe('ada@example.com');
	site.api.on(SignUp, () => ({ signUp: session }));
	await submit('ada@example.org');
	await waitFor(() => expect(visits.urls).toEqual(['/account']));
	expect(site.api.expiries).toEqual([AT]);
});

test('asks for the code of a second factor once the password is right', async () => {
	site.api.on(SignIn, () => ({ signIn: refused('SECOND_FACTOR_REQUIRED') }));
	await show('/sign-in');
	expect(field('totpCode')).toBeNull();
	await submit('ada@example.com');
	await waitFor(() => expect(document.activeElement).toBe(field('totpCode')));
	expect(screen.queryByRole('alert')).toBeNull();
	screen.getByText(enSignIn.codeToo);
	site.api.on(SignIn, () => ({
		signIn: refused('INVALID_CREDENTIALS', { message: 'The code is wrong, has expired or was used before' })
	}));
	await fireEvent.input(field('totpCode'), { target: { value: ' 123456 ' } });
	await submit('ada@example.com');
	await screen.findByText(en.invalid.code);
	site.api.on(SignIn, () => ({ signIn: session }));
	await submit('ada@example.com');
	await waitFor(() => expect(visits.urls).toHaveLength(1));
	expect(site.api.variables(SignIn).map(({ input }) => input.totpCode)).toEqual([null, '123456', '123456']);
});

test('without script, asks for password and code together', async () => {
	const refusal = { code: 'SECOND_FACTOR_REQUIRED', message: '', fields: {} };
	await show('/sign-in', { form: 'signIn', refusal, kept: { email: 'ada@example.com', code: true } });
	screen.getByText(enSignIn.codeAgain);
	expect([field('password').value, field('totpCode').required]).toEqual(['', true]);
});
