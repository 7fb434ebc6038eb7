/** An entry of the log is reverted, and not if the same was changed since: with and without script. */
import { beforeAll, describe, expect } from 'vitest';
import { UsersById } from '#lib/graphql/documents.ts';
import { Api } from './harness/api.ts';
import { ADMIN } from './harness/stack.ts';
import { test } from './harness/visitor.ts';

let api: Api;
beforeAll(async () => (api = await Api.signIn()));

describe.each([{ script: true }, { script: false }])('with script $script', ({ script }) => {
	test('an entry of the log is reverted from there', async ({ open }) => {
		const someone = await api.newUser();
		await api.update({ id: someone.id, role: 'AUDITOR' });
		await api.update({ id: someone.id, displayName: 'Renamed Since' });
		const visitor = await open({ as: ADMIN, script });
		const { page } = visitor;
		await visitor.goto(`/people/${someone.id}`);
		const entries = page.locator('[data-timeline] [data-type=USER_ROLE_CHANGED]');
		await entries.locator('summary').click();
		await entries.getByRole('link', { name: 'Revert' }).click();
		await page.getByRole('heading', { name: 'Revert a change of Renamed Since?' }).waitFor();
		await page.getByText('no longer sees the audit trail').waitFor();
		await page.getByRole('button', { name: 'Revert' }).click();
		await page.waitForURL(`**/people/${someone.id}`);
		// Without script the page stays as it was read, which may have been before the log had the entry.
		const read = async () => {
			if (!script) await page.reload();
			return entries.count();
		};
		await expect.poll(read).toBe(2);
		const { nodes } = await api.run(UsersById, { ids: [someone.id] });
		const expected = { role: 'MEMBER', displayName: 'Renamed Since', version: 4 };
		expect(nodes).toEqual([expect.objectContaining(expected)]);
	});

	test('what somebody else has changed since stays as it is', async ({ open }) => {
		const someone = await api.newUser();
		await api.update({ id: someone.id, role: 'AUDITOR' });
		await api.update({ id: someone.id, role: 'ADMIN' });
		const visitor = await open({ as: ADMIN, script });
		const { page } = visitor;
		await visitor.goto(`/people/${someone.id}`);
		const oldest = page.locator('[data-timeline] [data-type=USER_ROLE_CHANGED]').last();
		await oldest.locator('summary').click();
		await oldest.getByRole('link', { name: 'Revert' }).click();
		await page.getByText('has changed the same again').waitFor();
		expect(await page.getByRole('button', { name: 'Revert' }).count()).toBe(0);
	});
});
