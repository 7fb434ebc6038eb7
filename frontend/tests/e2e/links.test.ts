/** The links in mails: an email verified and changed, an invitation accepted, an account made once its address is proved. */
import { afterAll, beforeAll, describe, expect, inject } from 'vitest';
import { Api, unique } from './harness/api.ts';
import { expectAccessible, expectNoSidewaysScroll } from './harness/checks.ts';
import { linkTo } from './harness/mail.ts';
import { ADMIN, Site, type Place } from './harness/stack.ts';
import { test } from './harness/visitor.ts';

const PASSWORD = 'an unusual phrase of words';
const address = (name: string) => `${unique(name)}@example.net`;

test.for([true, false])('one’s own email is verified by a link (script: %s)', async (script, { open }) => {
	const someone = await (await Api.signIn()).newUser();
	const visitor = await open({ as: someone, script });
	const { page } = visitor;
	await visitor.goto('/account');
	await page.getByText('Not verified', { exact: true }).waitFor();
	await page.getByRole('button', { name: 'Send verification link' }).click();
	await page.getByText('A link is on its way to you.').waitFor();
	await expectAccessible(visitor, 'after a link was sent');
	const link = await linkTo(someone.email, 'email-verification');
	const elsewhere = await open({ script });
	elsewhere.expected.push(/status of 400/);
	await elsewhere.goto(link);
	await elsewhere.page.getByRole('button', { name: 'Verify email' }).click();
	await elsewhere.page.getByText('Your email is verified.').waitFor();
	await expectAccessible(elsewhere, 'a verified email');
	await visitor.goto('/account');
	await page.getByText('Verified', { exact: true }).waitFor();
	expect(await page.getByRole('button', { name: 'Send verification link' }).count()).toBe(0);
	await elsewhere.goto(link);
	await elsewhere.page.getByRole('button', { name: 'Verify email' }).click();
	await elsewhere.page.getByText('This link is not valid.').waitFor();
	await expectAccessible(elsewhere, 'a link that was used');
});

test.for([true, false])('one’s own email is changed by a link (script: %s)', async (script, { open }) => {
	const someone = await (await Api.signIn()).newUser();
	const email = address('new');
	const visitor = await open({ as: someone, script });
	visitor.expected.push(/status of 400/);
	const { page } = visitor;
	const form = page.locator('form[data-form=changeEmail]');
	const ask = async (password: string) => {
		if (!(await form.isVisible())) await page.getByText('Change email', { exact: true }).click();
		await form.getByLabel('New email').fill(email);
		await form.getByLabel('Current password').fill(password);
		await form.getByRole('button', { name: 'Send confirmation link' }).click();
	};
	await visitor.goto('/account');
	await visitor.ready();
	await ask('not the password');
	await form.getByText('This is not your current password.').waitFor();
	await expectAccessible(visitor, 'a refused change of email');
	await ask(someone.password);
	await page.locator('[data-pending-email]').getByText(email).waitFor();
	await expectAccessible(visitor, 'an email that waits');
	await page.setViewportSize({ width: 390, height: 844 });
	await expectNoSidewaysScroll(visitor, 'an email that waits');
	await linkTo(someone.email, 'email-change-notice');
	const link = await linkTo(email, 'email-change');
	const elsewhere = await open({ script });
	await elsewhere.goto(link);
	await elsewhere.page.getByRole('button', { name: 'Confirm email' }).click();
	await elsewhere.page.getByText('Your account has the new email now.').waitFor();
	await visitor.goto('/account');
	expect(await page.locator('[data-own-email]').textContent()).toBe(email);
	expect(await page.locator('[data-pending-email]').count()).toBe(0);
	await elsewhere.signIn({ email, password: someone.password });
});

test.for([true, false])('an invitation makes an account (script: %s)', async (script, { open }) => {
	const email = address('guest');
	const admin = await open({ as: ADMIN, script });
	await admin.goto('/people/invitations');
	await admin.ready();
	await admin.page.getByLabel('Email').fill(email);
	await admin.page.getByLabel('Name').fill('Guest Of Honour');
	await admin.page.getByLabel('Role').selectOption('AUDITOR');
	await admin.page.getByRole('button', { name: 'Send invitation' }).click();
	await admin.page.getByText(`An invitation was sent to ${email}.`).waitFor();
	await admin.page.locator('[data-invitation]').getByText(email).waitFor();
	await expectAccessible(admin, 'an invitation that was sent');
	await admin.page.setViewportSize({ width: 390, height: 844 });
	await expectNoSidewaysScroll(admin, 'an invitation that was sent');
	await admin.goto(`/people?q=${email}`);
	expect(await admin.page.locator('tr[data-id]').count(), 'nobody yet').toBe(0);

	const guest = await open({ script });
	guest.expected.push(/status of 400/);
	const { page } = guest;
	await guest.goto(await linkTo(email, 'invitation'));
	await page.getByLabel('Password', { exact: true }).fill('password');
	await page.getByRole('button', { name: 'Create account' }).click();
	await page.getByText('This is one of the most common passwords. Choose another.').waitFor();
	await expectAccessible(guest, 'a refused password');
	await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
	await page.getByRole('button', { name: 'Create account' }).click();
	await page.waitForURL('/people');
	await guest.goto('/account');
	await page.getByText('Guest Of Honour').first().waitFor();
	await page.getByText('Verified', { exact: true }).waitFor();
	await admin.goto('/people/invitations');
	expect(await admin.page.locator('[data-invitation]').getByText(email).count()).toBe(0);
});

test.for([true, false])('an invitation is withdrawn (script: %s)', async (script, { open }) => {
	const email = address('guest');
	const admin = await open({ as: ADMIN, script });
	await admin.goto('/people/invitations');
	await admin.ready();
	await admin.page.getByLabel('Email').fill(email);
	await admin.page.getByRole('button', { name: 'Send invitation' }).click();
	await admin.page.getByText(`An invitation was sent to ${email}.`).waitFor();
	const link = await linkTo(email, 'invitation');
	await admin.page.getByRole('button', { name: `Withdraw the invitation to ${email}` }).click();
	await admin.page.getByText('The invitation was withdrawn.').waitFor();
	const guest = await open({ script });
	guest.expected.push(/status of 400/);
	await guest.goto(link);
	await guest.page.getByLabel('Name').fill('Guest');
	await guest.page.getByLabel('Password', { exact: true }).fill(PASSWORD);
	await guest.page.getByRole('button', { name: 'Create account' }).click();
	await guest.page.getByText('This link is not valid.').waitFor();
});

/** The place of an API and a console with a setting of their own, which end after the visitors of the test. */
function placeWith(mode: string): () => Place {
	let site: Site;
	beforeAll(async () => void (site = await Site.start(inject('place'), { SIGN_UP: mode })));
	afterAll(() => site.stop());
	return () => site.place;
}

describe('where addresses are proved first', () => {
	const place = placeWith('verified');

	test('a link makes the account', async ({ open }) => {
		const email = address('new');
		const visitor = await open({ place: place() });
		const { page } = visitor;
		await visitor.goto('/sign-up');
		await page.getByText('The account exists once you have used a link').waitFor();
		await page.getByLabel('Name').fill('Proved');
		await page.getByLabel('Email').fill(email);
		await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
		await page.getByRole('button', { name: 'Create account' }).click();
		await page.getByText('Look into your mail').waitFor();
		await expectAccessible(visitor, 'a sign-up that waits');
		await visitor.goto(await linkTo(email, 'sign-up'));
		await page.getByRole('button', { name: 'Verify email' }).click();
		await page.getByText('Your email is verified.').waitFor();
		await page.getByRole('link', { name: 'Go on to Rollcall' }).click();
		await page.waitForURL(/\/sign-in/);
		await visitor.signIn({ email, password: PASSWORD });
	});
});

describe.each([
	['invitation', 'Accounts are by invitation here.'],
	['closed', 'Signing up is closed here.']
] as const)('where signing up is not for everyone (%s)', (mode, text) => {
	const place = placeWith(mode);

	test('the page says so', async ({ open }) => {
		const visitor = await open({ place: place() });
		await visitor.goto('/sign-up');
		await visitor.page.getByText(text).waitFor();
		expect(await visitor.page.getByRole('button', { name: 'Create account' }).count()).toBe(0);
		await expectAccessible(visitor, `sign-up: ${mode}`);
	});
});
