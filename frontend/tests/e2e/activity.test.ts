/** The log as it happens, and the figures made of it. */
import { beforeAll, expect } from 'vitest';
import { Api, unique } from './harness/api.ts';
import { ADMIN } from './harness/stack.ts';
import { test, type Visitor } from './harness/visitor.ts';

let api: Api;
beforeAll(async () => (api = await Api.signIn()));

const about = ({ page }: Visitor, name: string) => page.locator('[data-event]').filter({ hasText: name });

test('events appear as they happen; paused, they wait', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto('/activity');
	await visitor.live();
	const someone = await api.newUser({ name: unique('Seen ') });
	await about(visitor, someone.name).first().waitFor();
	await page.locator('[data-pause]').click();
	await api.disable(someone.id);
	const pill = page.locator('[data-new]');
	await pill.waitFor();
	expect(await about(visitor, someone.name).filter({ hasText: 'disabled' }).count()).toBe(0);
	await pill.click();
	await about(visitor, someone.name).filter({ hasText: 'disabled' }).waitFor();
});

test('what one reads stays where it is', async ({ open }) => {
	const someone = await api.newUser({ name: unique('Still ') });
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto('/activity');
	await visitor.live();
	const event = about(visitor, someone.name).first();
	await event.locator('summary').press('Enter');
	const before = await event.boundingBox();
	await api.newUser();
	await page.locator('[data-new]').waitFor();
	expect(await event.boundingBox()).toEqual(before);
	expect(await event.locator('details').getAttribute('open')).not.toBeNull();
});

test.for([true, false])('filtered, with what changed (script: %s)', async (script, { open }) => {
	const someone = await api.newUser({ name: unique('Before ') });
	await api.update({ id: someone.id, displayName: `After ${someone.name}`, role: 'AUDITOR' });
	const visitor = await open({ as: ADMIN, script });
	await visitor.goto(`/people/${someone.id}`);
	const event = visitor.page.locator('[data-timeline] [data-type=USER_ROLE_CHANGED]').first();
	await event.locator('summary').press('Enter');
	const text = await event.locator('details').innerText();
	expect(text).toContain('Member');
	expect(text).toContain('Auditor');
});

test('the overview counts along', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	await visitor.goto('/overview');
	await visitor.live();
	const { page } = visitor;
	const people = async () =>
		Number((await page.locator('[data-figure=people] .value').innerText()).replace(/\D/g, ''));
	const before = await people();
	const someone = await api.newUser({ name: unique('Counted ') });
	await about(visitor, someone.name).first().waitFor();
	await expect.poll(people).toBe(before + 1);
});
