/** A forgotten password, from the sign-in page to the next sign-in, with the link of the mail. */
import { expect } from 'vitest';
import { Api } from './harness/api.ts';
import { expectAccessible } from './harness/checks.ts';
import { linkTo } from './harness/mail.ts';
import { test } from './harness/visitor.ts';

const NEW = 'an unusual phrase of words';

test.for([true, false])('is reset by the link of a mail (script: %s)', async (script, { open }) => {
	const someone = await (await Api.signIn()).newUser();
	const visitor = await open({ script });
	visitor.expected.push(/status of 400/);
	const { page } = visitor;
	await visitor.goto('/sign-in');
	await page.getByRole('link', { name: 'Forgot your password?' }).click();
	await page.waitForURL('/forgot-password');
	await page.getByLabel('Email').fill(someone.email);
	await page.getByRole('button', { name: 'Send link' }).click();
	await page.getByText(/a link is on its way/).waitFor();
	await expectAccessible(visitor, 'after a link was sent');

	const link = await linkTo(someone.email);
	await visitor.goto(link);
	await page.getByLabel('New password', { exact: true }).fill('password');
	await page.getByRole('button', { name: 'Set password' }).click();
	await page.getByText('This is one of the most common passwords. Choose another.').waitFor();
	await page.getByLabel('New password', { exact: true }).fill(NEW);
	await page.getByRole('button', { name: 'Set password' }).click();
	await page.waitForURL('/sign-in?reason=password_changed');
	await page.getByLabel('Email').fill(someone.email);
	await page.getByLabel('Password', { exact: true }).fill(NEW);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.waitForURL('/people');

	const again = await open({ script });
	await again.goto(link);
	await again.page.getByLabel('New password', { exact: true }).fill('another unusual phrase');
	again.expected.push(/status of 400/);
	await again.page.getByRole('button', { name: 'Set password' }).click();
	await again.page.getByText('This link is not valid.').waitFor();
	await expectAccessible(again, 'a link that was used');
	expect(await again.page.getByRole('link', { name: 'Request another link' }).getAttribute('href')).toBe(
		'/forgot-password'
	);
});
