/**
 * The README's pictures, taken when asked for, of a directory that is neither empty nor full of tests' people:
 *
 *     SCREENS=1 PEOPLE=1240 npm run test:e2e -- screens
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { env } from 'node:process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect } from 'vitest';
import { Users, type User } from '#lib/graphql/documents.ts';
import { boundsAt } from '#lib/utils/moments.ts';
import { usersVariables, parseUsers } from '#lib/utils/user/address.ts';
import { Api, type Someone } from './harness/api.ts';
import { ADMIN } from './harness/stack.ts';
import { test, type Visitor, type VisitorOptions } from './harness/visitor.ts';

const FOLDER = fileURLToPath(new URL('../../../deploy/screens/', import.meta.url));
const QUALITY = 72;

/** Takes the window's picture as WebP, which the browser writes but the driver does not. */
async function take({ page, context }: Visitor, name: string): Promise<void> {
	await page.evaluate(() => document.fonts.ready);
	const session = await context.newCDPSession(page);
	const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY });
	await mkdir(FOLDER, { recursive: true });
	await writeFile(`${FOLDER}${name}.webp`, Buffer.from(data, 'base64'));
}

describe.runIf(env.SCREENS)('pictures', () => {
	let ada: Someone;
	let people: User[];

	beforeAll(async () => {
		const api = await Api.signIn();
		ada = await api.newUser({ name: 'Ada Byron', email: 'ada@example.org' });
		const { users } = await api.run(
			Users,
			usersVariables(parseUsers(new URLSearchParams()), boundsAt({ timeZone: 'UTC', now: Date.now() }), 100)
		);
		people = users.edges
			.map(({ node }) => node)
			.filter(({ id, status }) => id !== ada.id && status === 'ACTIVE');
		await api.update({ id: people[2]!.id, role: 'AUDITOR' });
		await api.disable(people[4]!.id);
		await Api.signIn(ada);
		await api.update({ id: ada.id, displayName: 'Ada Lovelace' });
		await api.update({ id: people[7]!.id, role: 'ADMIN' });
		await api.delete(people[9]!.id);
		await api.update({ id: ada.id, role: 'AUDITOR' });
	});

	const VIEWS: [
		name: string,
		path: string,
		options: VisitorOptions,
		act?: (visitor: Visitor) => Promise<void>
	][] = [
		['directory', '/people', { theme: 'light' }],
		['directory-dark', '/people', { theme: 'dark' }, selectThree],
		['person', '/people/:ada', { theme: 'light' }],
		['activity', '/activity', { theme: 'dark' }, openOne],
		['overview', '/overview', { theme: 'light' }],
		['mobile', '/people', { theme: 'light', width: 390 }]
	];

	test.for(VIEWS)('%s', async ([name, path, options, act], { open }) => {
		const guest = await open({ as: ada });
		await guest.goto('/people');
		await guest.live();
		const visitor = await open({ as: ADMIN, scale: 1.5, ...options });
		await visitor.goto(path.replace(':ada', ada.id));
		await visitor.live();
		await act?.(visitor);
		await take(visitor, name);
		expect(people.length).toBeGreaterThan(10);
	});

	async function selectThree({ page }: Visitor): Promise<void> {
		for (const index of [1, 2, 4]) await page.locator('tr[data-id] input').nth(index).check();
	}

	async function openOne({ page }: Visitor): Promise<void> {
		const changes = page.locator('[data-type=USER_ROLE_CHANGED] summary').filter({ visible: true });
		await changes.first().press('Enter');
		await page.locator('[data-type=USER_ROLE_CHANGED] details[open]').first().waitFor();
	}
});
