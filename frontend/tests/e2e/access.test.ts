/** Somebody who cannot sign in is given a password, and signs in with it. */
import { expect } from 'vitest';
import { CreateUser } from '#lib/graphql/documents.ts';
import { Api, unique } from './harness/api.ts';
import { expectAccessible, expectNoSidewaysScroll } from './harness/checks.ts';
import { ADMIN } from './harness/stack.ts';
import { test } from './harness/visitor.ts';

test.for([true, false])('a generated password, shown once (script: %s)', async (script, { open }) => {
	const api = await Api.signIn();
	const [email, displayName] = [`${unique('access')}@example.net`, unique('Without ')];
	const { createUser } = await api.run(CreateUser, { input: { email, displayName, role: 'MEMBER' } });
	if (createUser.__typename !== 'UserPayload') throw new Error(createUser.message);
	const visitor = await open({ as: ADMIN, script });
	const { page } = visitor;
	await visitor.goto(`/people?q=${email}`);
	await page.locator('tr[data-id]').getByText('Cannot sign in').waitFor();
	await visitor.goto(`/people/${createUser.user.id}`);
	await page.getByText('there is no password and no passkey').waitFor();
	await page.getByText('Set a password').click();
	await page.getByRole('button', { name: 'Generate one' }).click();
	const password = (await page.locator('[data-password]').textContent())!;
	await page.getByText('Can sign in.').waitFor();
	await expectAccessible(visitor, 'a password that is shown');
	await page.setViewportSize({ width: 390, height: 800 });
	await expectNoSidewaysScroll(visitor, 'a password that is shown');
	expect((await Api.signIn({ email, password })) instanceof Api).toBe(true);
	await visitor.goto(`/people/${createUser.user.id}`);
	expect(await page.locator('[data-password]').count(), 'only once').toBe(0);
	expect(await page.content()).not.toContain(password);
});
