/** Every page, in both themes, wide and narrow, with and without script: answers, clean, accessible, within the window. */
import { beforeAll, describe, expect, vi } from 'vitest';
import { Events, type Role } from '#lib/graphql/documents.ts';
import { Api, type Someone } from './harness/api.ts';
import { COLOURS, expectAccessible, expectNoSidewaysScroll } from './harness/checks.ts';
import { test } from './harness/visitor.ts';

interface Sight {
	name: string;
	/** With `:id` for a user who has events, and `:event` for one of them. */
	path: string;
	status?: number;
	as?: Role;
}

const SIGHTS: Sight[] = [
	{ name: 'sign-in', path: '/sign-in' },
	{ name: 'sign-in with a reason', path: '/sign-in?reason=account_disabled&next=%2Fpeople' },
	{ name: 'sign-up', path: '/sign-up' },
	{ name: 'forgotten password', path: '/forgot-password' },
	{ name: 'new password by a link', path: '/reset-password?token=none' },
	{ name: 'email to verify', path: '/verify-email?token=none' },
	{ name: 'new email to confirm', path: '/confirm-email?token=none' },
	{ name: 'invitation to accept', path: '/accept-invitation?token=none' },
	{ name: 'directory', path: '/people', as: 'ADMIN' },
	{ name: 'directory of a member', path: '/people', as: 'MEMBER' },
	{ name: 'directory, filtered', path: '/people?status=DISABLED&sort=name', as: 'AUDITOR' },
	{ name: 'directory, nothing found', path: '/people?q=nobody+is+called+so', as: 'ADMIN' },
	{ name: 'person', path: '/people/:id', as: 'ADMIN' },
	{ name: 'person, seen by an auditor', path: '/people/:id', as: 'AUDITOR' },
	{ name: 'person, seen by a member', path: '/people/:id', as: 'MEMBER' },
	{ name: 'new person', path: '/people/new', as: 'ADMIN' },
	{ name: 'invitations', path: '/people/invitations', as: 'ADMIN' },
	{ name: 'import', path: '/people/import', as: 'ADMIN' },
	{ name: 'change of several people', path: '/people/change?do=disable&ids=:id,:admin', as: 'ADMIN' },
	{ name: 'change of roles', path: '/people/change?do=role&role=ADMIN&ids=:id', as: 'ADMIN' },
	{ name: 'activity', path: '/activity', as: 'AUDITOR' },
	{ name: 'revert of a change', path: '/activity/revert/:event', as: 'ADMIN' },
	{ name: 'overview', path: '/overview', as: 'ADMIN' },
	{ name: 'overview of a member', path: '/overview', as: 'MEMBER' },
	{ name: 'API', path: '/developers', as: 'ADMIN' },
	{ name: 'API of a member', path: '/developers', as: 'MEMBER' },
	{ name: 'help', path: '/help', as: 'ADMIN' },
	{ name: 'help of a member', path: '/help', as: 'MEMBER' },
	{ name: 'account', path: '/account', as: 'MEMBER' },
	{ name: 'API keys', path: '/account/keys', as: 'ADMIN' },
	{ name: 'API keys of a member', path: '/account/keys', as: 'MEMBER' },
	{ name: 'webhooks', path: '/webhooks', as: 'ADMIN' },
	{ name: 'no right', path: '/activity', as: 'MEMBER', status: 403 },
	{ name: 'no such person', path: '/people/00000000-0000-4000-8000-000000000000', as: 'ADMIN', status: 404 },
	{ name: 'no such page', path: '/nothing-here', status: 404 }
];
const KINDS = [1280, 390].flatMap((width) => (['light', 'dark'] as const).map((theme) => ({ width, theme })));

/** How long the log may take to have an event, in milliseconds. */
const NUMBERED = { timeout: 60_000 };

let viewers: Record<Role, Someone>;
let someone: Someone;
/** An event that can be reverted. */
let event: string;

/** The path of a sight, with the ids of this run. */
const addressOf = (path: string) =>
	path.replace(':id', someone.id).replace(':admin', viewers.ADMIN.id).replace(':event', event);

beforeAll(async () => {
	const api = await Api.signIn();
	const viewer = async (role: Role) => api.newUser({ name: `A ${role.toLowerCase()}`, role });
	viewers = {
		MEMBER: await viewer('MEMBER'),
		AUDITOR: await viewer('AUDITOR'),
		ADMIN: await viewer('ADMIN')
	};
	someone = await api.newUser({ name: 'Somebody With a Past' });
	await Api.signIn(someone);
	await api.update({ id: someone.id, displayName: 'Somebody Else', role: 'AUDITOR' });
	const filter = { userId: someone.id, types: ['USER_ROLE_CHANGED' as const] };
	event = await vi.waitFor(async () => {
		const [edge] = (await api.run(Events, { first: 1, filter })).events.edges;
		if (!edge) throw new Error('The event is not numbered yet');
		return edge.node.id;
	}, NUMBERED);
});

describe.each([{ script: true }, { script: false }])('with script $script', ({ script }) => {
	test.for(SIGHTS)('$name', async ({ name, path, status = 200, as }, { open }) => {
		const visitor = await open({ script, as: as && viewers[as] });
		if (status >= 400) visitor.expected.push(new RegExp(`status of ${status}`));
		for (const { width, theme } of KINDS) {
			const what = `${name} at ${width} px, ${theme}`;
			await visitor.page.setViewportSize({ width, height: 800 });
			await visitor.context.addCookies([{ name: 'theme', value: theme, url: visitor.url }]);
			expect(await visitor.goto(addressOf(path)), what).toBe(status);
			expect(await visitor.page.locator('html').getAttribute('data-theme')).toBe(theme);
			expect(await visitor.page.title()).toMatch(/Rollcall/);
			expect(await visitor.page.locator('h1').count(), what).toBe(1);
			if (width < 600) await expectNoSidewaysScroll(visitor, what);
			// The themes differ in colours. Without script the page is the same but for what script adds: looked at once.
			if (theme === 'light' && (script || width > 600)) await expectAccessible(visitor, what);
			else if (script) await expectAccessible(visitor, what, COLOURS);
		}
	});
});

test('a new version of the console is announced, and the current one is not', async ({ open }) => {
	const visitor = await open({ serviceWorker: false });
	const { page } = visitor;
	const notice = page.getByText('A new version of the console is ready.');
	/** What SvelteKit does when the visitor comes back to the tab. */
	const compareVersions = async () => {
		const read = page.waitForResponse(/\/_app\/version\.json$/);
		await page.evaluate(() => window.dispatchEvent(new Event('focus')));
		await (await read).finished();
		// The comparison follows the response within a task.
		await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 100)));
	};
	await visitor.goto('/sign-in');
	await compareVersions();
	expect(await notice.count()).toBe(0);
	await page.route('**/_app/version.json', (route) => route.fulfill({ json: { version: 'newer' } }));
	await compareVersions();
	await notice.waitFor();
});

test.for([
	['/sign-in', 'email', undefined],
	['/sign-up', 'displayName', undefined],
	['/forgot-password', 'email', undefined],
	['/reset-password?token=none', 'newPassword', undefined],
	['/people/new', 'displayName', 'ADMIN']
] as const)('at %s one types at once, in %s', async ([path, name, as], { open }) => {
	const visitor = await open({ as: as && viewers[as] });
	await visitor.goto(path);
	await visitor.page.locator(`[name=${name}]:focus`).waitFor();
});

test('by a link too, the first field has the focus', async ({ open }) => {
	const visitor = await open({ as: viewers.ADMIN });
	await visitor.goto('/people');
	await visitor.page.getByRole('link', { name: 'Add person' }).click();
	await visitor.page.locator('[name=displayName]:focus').waitFor();
});

test('on paper there is what is read, and nothing that is pressed', async ({ open }) => {
	const visitor = await open({ as: viewers.ADMIN, theme: 'dark' });
	for (const path of ['/people', `/people/${someone.id}`, '/activity']) {
		await visitor.goto(path);
		await visitor.page.emulateMedia({ media: 'print' });
		expect(await visitor.page.locator('h1').isVisible()).toBe(true);
		// The role and the status of a row are read there too, on the buttons that change them.
		if (path === '/people') expect(await visitor.page.getByText('Member').first().isVisible()).toBe(true);
		for (const pressed of [
			'nav',
			'button:not([data-menu=role], [data-menu=status])',
			'a.button',
			'[role=search]',
			'header.side',
			'.toaster'
		])
			expect(
				await visitor.page.locator(pressed).filter({ visible: true }).count(),
				`${pressed} at ${path}`
			).toBe(0);
		const ink = await visitor.page.locator('h1').evaluate((element) => getComputedStyle(element).color);
		expect(ink, 'dark ink').toMatch(/^oklch\(0\.2/);
		await visitor.page.emulateMedia({ media: null });
	}
});
