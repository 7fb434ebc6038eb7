/** Passkeys in Chromium with its virtual authenticator: added, used to sign in by autofill and by the button, removed. */
import { expect } from 'vitest';
import { ResetSecondFactor } from '#lib/graphql/documents.ts';
import { Api } from './harness/api.ts';
import { expectAccessible, expectNoSidewaysScroll } from './harness/checks.ts';
import { ADMIN } from './harness/stack.ts';
import { test, type Visitor } from './harness/visitor.ts';

/** An authenticator of the device, which has verified its user whenever it is asked. */
async function addDevice({ context, page }: Visitor): Promise<void> {
	const debug = await context.newCDPSession(page);
	await debug.send('WebAuthn.enable');
	await debug.send('WebAuthn.addVirtualAuthenticator', {
		options: {
			protocol: 'ctap2',
			transport: 'internal',
			hasResidentKey: true,
			hasUserVerification: true,
			isUserVerified: true,
			automaticPresenceSimulation: true
		}
	});
}

/** The browser offers nothing by itself, so that only the button asks. */
async function withoutAutofill({ page }: Visitor): Promise<void> {
	await page.addInitScript(() => {
		PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false);
	});
}

async function add({ page }: Visitor, name: string, password: string): Promise<void> {
	const block = page.locator('#passkeys');
	if (!(await block.getByLabel('Name').isVisible())) await block.getByText('Add a passkey…').click();
	await block.getByLabel('Name').fill(name);
	const form = block.locator('form[data-form="beginPasskey"]');
	await form.getByLabel('Current password', { exact: true }).fill(password);
	await form.getByRole('button', { name: 'Add passkey' }).click();
	await block.locator('[data-passkey]').getByText(name, { exact: true }).waitFor();
}

async function signOut(visitor: Visitor): Promise<void> {
	await visitor.page.getByRole('main').getByRole('button', { name: 'Sign out' }).click();
	await visitor.page.waitForURL(/\/sign-in/);
}

test('is added, signs in by autofill, and is removed', async ({ open }) => {
	const user = await (await Api.signIn()).newUser();
	const visitor = await open({ as: user });
	const { page } = visitor;
	visitor.expected.push(/status of 4(?:00|01)/);
	await addDevice(visitor);
	await visitor.goto('/account');
	await add(visitor, 'Laptop', user.password);
	await page.getByText('your password alone no longer signs you in').waitFor();
	await page.getByText('On, by your passkeys.').waitFor();
	await expectAccessible(visitor, 'a passkey that was added');
	await page.setViewportSize({ width: 390, height: 844 });
	await expectNoSidewaysScroll(visitor, 'passkeys');
	await page.setViewportSize({ width: 1280, height: 800 });

	await signOut(visitor);
	// Nothing is typed or pressed: the authenticator answers what the page offers in the field.
	await page.waitForURL((url) => url.pathname !== '/sign-in');
	await visitor.goto('/account');
	const row = page.locator('[data-passkey]');
	await row.getByText('last used').waitFor();
	await row.locator('summary').click();
	await expectAccessible(visitor, 'removing a passkey');
	await row.getByLabel('Current password', { exact: true }).fill('not the password');
	await row.getByRole('button', { name: 'Remove passkey' }).click();
	await row.getByText('This is not your current password').waitFor();
	await row.getByLabel('Current password', { exact: true }).fill(user.password);
	await row.getByRole('button', { name: 'Remove passkey' }).click();
	await page.getByText('You have no passkeys.').waitFor();
	expect((await Api.signIn(user)) instanceof Api, 'the password alone signs in again').toBe(true);
});

test('is a second factor beside the password, and is refused once it is removed', async ({ open }) => {
	const user = await (await Api.signIn()).newUser();
	const visitor = await open({ as: user });
	const { page } = visitor;
	visitor.expected.push(/status of 4(?:00|01)/);
	await addDevice(visitor);
	await withoutAutofill(visitor);
	await visitor.goto('/account');
	await add(visitor, 'Laptop', user.password);
	await signOut(visitor);
	await visitor.ready();
	await page.getByLabel('Email').fill(user.email);
	await page.getByLabel('Password', { exact: true }).fill(user.password);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.getByText('or use a passkey').waitFor();
	await expectAccessible(visitor, 'the second factor at sign-in');
	await page.getByRole('button', { name: 'Use a passkey' }).click();
	await page.waitForURL((url) => url.pathname !== '/sign-in');

	const watching = await open({ as: ADMIN });
	await watching.goto(`/people/${user.id}`);
	const ways = watching.page.locator('[data-ways-in]');
	await ways.getByText('Laptop', { exact: true }).waitFor();
	await ways.getByText('last used').waitFor();
	await expectAccessible(watching, 'the ways to sign in');
	await watching.page.setViewportSize({ width: 390, height: 844 });
	await expectNoSidewaysScroll(watching, 'the ways to sign in');
	const admin = await Api.signIn();
	await admin.run(ResetSecondFactor, { userId: user.id });
	await ways.getByText('Laptop', { exact: true }).waitFor({ state: 'detached' });
	await page.waitForURL(/\/sign-in/);
	await visitor.ready();
	await page.getByRole('button', { name: 'Use a passkey' }).click();
	await page.getByText('This passkey was not accepted.').waitFor();
	await expectAccessible(visitor, 'a passkey that is refused');
});

test('without script, passkeys are listed and nothing offers to add or use one', async ({ open }) => {
	const user = await (await Api.signIn()).newUser();
	const visitor = await open({ as: user, script: false });
	const { page } = visitor;
	await visitor.goto('/account');
	await page.getByText('Adding a passkey needs JavaScript.').waitFor();
	expect(await page.getByText('Add a passkey…').isVisible()).toBe(false);
	const other = await open({ script: false });
	await other.goto('/sign-in');
	expect(await other.page.getByRole('button', { name: 'Use a passkey' }).isVisible()).toBe(false);
});
