/** One's own data, downloaded from one's account, with and without script. */
import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { Api } from './harness/api.ts';
import { test } from './harness/visitor.ts';

interface Data {
	account: { email: string; hasPassword: boolean }[];
	sessions: { userAgent: string }[];
	events: { type: string }[];
}

test.for([true, false])('everything about oneself is one file (script: %s)', async (script, { open }) => {
	const someone = await (await Api.signIn()).newUser();
	const visitor = await open({ as: someone, script });
	await visitor.goto('/account');
	const started = visitor.page.waitForEvent('download');
	await visitor.page.getByRole('link', { name: 'Download my data' }).click();
	const file = await started;
	expect(file.suggestedFilename()).toMatch(/^my-data-[\d-]+\.json$/);
	const text = await readFile(await file.path(), 'utf8');
	const data = JSON.parse(text) as Data;
	expect(data.account).toMatchObject([{ email: someone.email, hasPassword: true }]);
	expect(data.sessions[0]!.userAgent).toContain('Chrom');
	expect(data.events.map(({ type }) => type)).toContain('session_started');
	expect(text).not.toContain(someone.password);
});

test('without a session, one signs in first', async ({ open }) => {
	const visitor = await open();
	await visitor.goto('/account/data');
	expect(visitor.path).toMatch(/^\/sign-in\?/);
});
