/** A second factor is set up, asked for at sign-in, and turned off: by its user, or by an admin when the phone is lost. */
import { expect } from 'vitest';
import { CreateUser } from '#lib/graphql/documents.ts';
import { Api, unique } from './harness/api.ts';
import { expectAccessible, expectNoSidewaysScroll } from './harness/checks.ts';
import { ADMIN } from './harness/stack.ts';
import { code } from './harness/totp.ts';
import { test, type Visitor } from './harness/visitor.ts';

async function newUser() {
	const [email, password, displayName] = [
		`${unique('factor')}@example.net`,
		'correct horse battery',
		unique('Factor ')
	];
	const input = { email, displayName, password, role: 'MEMBER' as const };
	const { createUser } = await (await Api.signIn()).run(CreateUser, { input });
	if (createUser.__typename !== 'UserPayload') throw new Error(createUser.message);
	return { id: createUser.user.id, email, password };
}

async function setUp({ page }: Visitor, password: string): Promise<string> {
	const block = page.locator('#second-factor');
	await block.getByText('Set up an authenticator app').click();
	await block.getByLabel('Current password', { exact: true }).fill(password);
	await block.getByRole('button', { name: 'Set up' }).click();
	return (await block.locator('[data-totp-key]').textContent())!;
}

test.for([true, false])('set up, asked for, and turned off (script: %s)', async (script, { open }) => {
	const user = await newUser();
	const visitor = await open({ as: user, script });
	const { page } = visitor;
	const block = page.locator('#second-factor');
	visitor.expected.push(/status of 4(?:00|22)/);
	await visitor.goto('/account');
	const key = await setUp(visitor, user.password);
	await expectAccessible(visitor, 'the key of an authenticator app');
	await block.getByLabel('Code that the app shows').fill('no code');
	await block.getByRole('button', { name: 'Turn on' }).click();
	await block.getByText('The code is wrong').waitFor();
	expect(await block.locator('[data-totp-key]').textContent(), 'still the same key').toBe(key);
	await block.getByLabel('Code that the app shows').fill(code(key));
	await block.getByRole('button', { name: 'Turn on' }).click();
	await block.getByText('The second factor is on.').waitFor();
	const codes = await block.locator('[data-recovery-codes] li').allTextContents();
	expect(codes).toHaveLength(10);
	await expectAccessible(visitor, 'recovery codes');
	await page.setViewportSize({ width: 390, height: 844 });
	await expectNoSidewaysScroll(visitor, 'recovery codes');

	const other = await open({ script });
	other.expected.push(/status of 400/);
	await other.goto('/sign-in');
	await other.page.getByLabel('Email').fill(user.email);
	await other.page.getByLabel('Password', { exact: true }).fill(user.password);
	await other.page.getByRole('button', { name: 'Sign in' }).click();
	await other.page.getByLabel('Code').waitFor();
	await expectAccessible(other, 'the code at sign-in');
	if (!script) await other.page.getByLabel('Password', { exact: true }).fill(user.password);
	await other.page.getByLabel('Code').fill(code(key, 1));
	await other.page.getByRole('button', { name: 'Sign in' }).click();
	await other.page.waitForURL('/people');

	await visitor.goto('/account');
	expect(await page.content()).not.toContain(codes[0]);
	await block.getByText('Turn off…').click();
	const form = block.locator('form[data-form="disableTotp"]');
	await form.getByLabel('Current password', { exact: true }).fill(user.password);
	await form.getByLabel('Code of the app').fill(codes[0]!.toUpperCase());
	await form.getByRole('button', { name: 'Turn off' }).click();
	await block.getByText('The second factor is off.').waitFor();
	await visitor.goto('/account');
	await block.getByText('Your password alone signs you in.').waitFor();
});

test.for([true, false])(
	'an admin removes it for who lost the phone (script: %s)',
	async (script, { open }) => {
		const user = await newUser();
		const theirs = await open({ as: user });
		theirs.expected.push(/status of 401/);
		await theirs.goto('/account');
		const key = await setUp(theirs, user.password);
		await theirs.page.getByLabel('Code that the app shows').fill(code(key));
		await theirs.page.getByRole('button', { name: 'Turn on' }).click();
		await theirs.page.getByText('The second factor is on.').waitFor();

		const visitor = await open({ as: ADMIN, script });
		const { page } = visitor;
		await visitor.goto(`/people/${user.id}`);
		await page.locator('[data-ways-in]').getByText('Authenticator app').waitFor();
		await page.getByText('Remove second factor and passkeys…').click();
		await page.getByText('all their sessions end').waitFor();
		await expectAccessible(visitor, 'removing a second factor');
		await page.getByRole('button', { name: 'Remove second factor and passkeys' }).click();
		await page.getByText('Second factor and passkeys were removed').waitFor();
		await theirs.page.waitForURL(/sign-in/);
		expect((await Api.signIn(user)) instanceof Api).toBe(true);
	}
);
