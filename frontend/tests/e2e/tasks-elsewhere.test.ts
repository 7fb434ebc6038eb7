/** The tasks of docs/explanation/tasks.md in other windows, another language, and with unusual names. */
import { beforeAll } from 'vitest';
import { Api, unique } from './harness/api.ts';
import { ADMIN } from './harness/stack.ts';
import { Steps } from './harness/steps.ts';
import { test } from './harness/visitor.ts';

let api: Api;
beforeAll(async () => (api = await Api.signIn()));

test.for([
	['At 200 % zoom', { width: 640 }, /^Disable/],
	['On a phone', { width: 390 }, /^Disable/],
	['In German', { locale: 'de-DE' }, /^Sperren/]
] as const)('%s: disable a person', async ([where, options, disable], { open }) => {
	const someone = await api.newUser({ name: unique('Small ') });
	const visitor = await open({ as: ADMIN, ...options });
	const { page } = visitor;
	await visitor.goto(`/people?q=${someone.email}`);
	const steps = new Steps(`${where}: disable a person`);
	await steps.take(page.locator('tr[data-id] .name').click());
	await page.waitForURL(`/people/${someone.id}`);
	await steps.take(page.getByRole('button', { name: disable }).first().click());
	await steps.take(page.getByRole('dialog').getByRole('button', { name: disable }).click());
	await page.locator('[data-timeline] [data-type=USER_DISABLED]').waitFor();
	steps.done(3);
});

test.for([
	['written from right to left', '\u05d3\u05d5\u05d3 \u05d1\u05df-\u05d2\u05d5\u05e8\u05d9\u05d5\u05df'],
	['very long', 'Wolfeschlegelsteinhausenbergerdorff '.repeat(5).trim()]
])('find a person whose name is %s', async ([what, name], { open }) => {
	const someone = await api.newUser({ name, email: `${unique('p')}@example.net` });
	const visitor = await open({ as: ADMIN });
	const { page } = visitor;
	await visitor.goto(`/people?q=${someone.email}`);
	const steps = new Steps(`Open a person whose name is ${what}`);
	await steps.take(page.locator('tr[data-id] .name').click());
	await page.getByRole('heading', { name }).waitFor();
	steps.done(1);
});
