/** Signing in, up and out; coming back to where one was; sessions that are renewed without anybody noticing. */
import { afterAll, beforeAll, describe, expect, inject } from 'vitest';
import { Api, unique } from './harness/api.ts';
import { ADMIN, Site, Stack } from './harness/stack.ts';
import { test, type Visitor } from './harness/visitor.ts';

async function fill({ page }: Visitor, email: string, password: string): Promise<void> {
	await page.getByLabel('Email').fill(email);
	await page.getByLabel('Password', { exact: true }).fill(password);
	await page.getByRole('button', { name: 'Sign in' }).click();
}

describe.each([{ script: true }, { script: false }])('with script $script', ({ script }) => {
	test('a signed-out visitor signs in and comes back to where they were', async ({ open }) => {
		const visitor = await open({ script });
		await visitor.goto('/people?role=AUDITOR&sort=name');
		expect(visitor.path).toBe('/sign-in?next=%2Fpeople%3Frole%3DAUDITOR%26sort%3Dname');
		await fill(visitor, ADMIN.email, ADMIN.password);
		await visitor.page.waitForURL('/people?role=AUDITOR&sort=name');
		await visitor.page.getByRole('heading', { name: 'People' }).waitFor();
	});

	test('a wrong password is told, and the address stays', async ({ open }) => {
		const visitor = await open({ script });
		visitor.expected.push(/status of 400/);
		await visitor.goto('/sign-in');
		await fill(visitor, 'nobody@example.com', 'not the password');
		const notice = visitor.page.getByRole('alert');
		await notice.waitFor();
		expect(await notice.textContent()).toContain('Email or password is wrong.');
		expect(await visitor.page.getByLabel('Email').inputValue()).toBe('nobody@example.com');
		expect(await visitor.page.getByLabel('Password', { exact: true }).inputValue()).toBe(
			script ? 'not the password' : ''
		);
	});

	test('who tries too often is told how long to wait', async ({ open }) => {
		const visitor = await open({ script });
		visitor.expected.push(/status of 4(?:00|29)/);
		const email = `${unique('often')}@example.com`;
		// On a busy machine an attempt may not be counted where the others are: as many as are needed.
		const attempt = () =>
			visitor.context.request.post('/sign-in', {
				form: { email, password: 'not the password' },
				headers: { origin: visitor.url, accept: 'text/html' }
			});
		const refused = async () => (await attempt()).status();
		await expect.poll(refused, { timeout: 120_000 }).toBe(429);
		const seen = async () => {
			await visitor.goto('/sign-in');
			await fill(visitor, email, 'not the password');
			await visitor.page.getByRole('alert').waitFor();
			return visitor.page.getByRole('alert').textContent();
		};
		await expect.poll(seen, { timeout: 120_000 }).toMatch(/Too many attempts\. Try again in \d+ seconds\./);
	});

	test('signing up makes a member and shows the directory', async ({ open }) => {
		const visitor = await open({ script });
		const { page } = visitor;
		visitor.expected.push(/status of 409/);
		await visitor.goto('/sign-up');
		await page.getByLabel('Name').fill('Newly Come');
		await page.getByLabel('Email').fill(ADMIN.email);
		await page.getByLabel('Password', { exact: true }).fill('a long password');
		await page.getByRole('button', { name: 'Create account' }).click();
		await page.getByText('Someone already uses this email.').waitFor();
		await page.getByLabel('Email').fill(`${unique('new')}@example.com`);
		await page.getByLabel('Password', { exact: true }).fill('a long password');
		await page.getByRole('button', { name: 'Create account' }).click();
		await page.waitForURL('/people');
		await page.getByText('Newly Come').first().waitFor();
		expect(await page.getByRole('link', { name: 'Activity' }).count(), 'members see no audit trail').toBe(0);
	});

	test('signing out ends the session', async ({ open }) => {
		const visitor = await open({ script, as: ADMIN });
		await visitor.goto('/people');
		await visitor.page.getByRole('button', { name: /Account menu/ }).click();
		await visitor.page.getByRole('button', { name: 'Sign out' }).click();
		await visitor.page.getByText('You are signed out.').waitFor();
		expect((await visitor.context.cookies()).map(({ name }) => name)).not.toContain('rollcall');
		await visitor.goto('/people');
		expect(visitor.path).toBe('/sign-in?next=%2Fpeople');
	});
});

test('after signing in one goes nowhere but to this site', async ({ open }) => {
	const visitor = await open();
	await visitor.goto('/sign-in?next=https%3A%2F%2Fevil.example%2F');
	await fill(visitor, ADMIN.email, ADMIN.password);
	await visitor.page.waitForURL('/people');
});

test('a disabled account is told so, but only to who has the password', async ({ open }) => {
	const api = await Api.signIn();
	const someone = await api.newUser();
	await api.disable(someone.id);
	const visitor = await open();
	visitor.expected.push(/status of 400/);
	await visitor.goto('/sign-in');
	await fill(visitor, someone.email, 'not the password');
	await visitor.page.getByText('Email or password is wrong.').waitFor();
	await fill(visitor, someone.email, someone.password);
	await visitor.page.getByText('This account is disabled.').waitFor();
});

// Long enough for a slow machine to renew them in time; the console renews all that have less than 20 s.
describe('with access tokens that live for seconds', () => {
	let site: Site;
	beforeAll(async () => (site = await Site.start(inject('place'), { ACCESS_TOKEN_SECONDS: '15' })));
	afterAll(() => site.stop());

	/** Changes with each renewal; access tokens of the same second are the same. */
	const token = async ({ context }: Visitor) =>
		(await context.cookies()).find(({ name }) => name === 'rollcall_refresh')?.value;

	test.for([true, false])('pages renew the session unnoticed (script: %s)', async (script, { open }) => {
		const visitor = await open({ place: site.place, as: ADMIN, script });
		const first = await token(visitor);
		await visitor.goto('/people');
		expect(visitor.path).toBe('/people');
		const second = await token(visitor);
		expect(second, 'a token about to end is traded before it is used').not.toBe(first);
		await visitor.page.getByRole('link', { name: 'Next', exact: true }).click();
		await visitor.page.waitForURL(/after=/);
		expect(await token(visitor)).not.toBe(second);
	});

	test('requests that arrive together keep their session', async ({ open }) => {
		const visitor = await open({ place: site.place, as: ADMIN });
		const answers = await Promise.all(
			Array.from({ length: 6 }, () => visitor.context.request.get('/people', { maxRedirects: 0 }))
		);
		expect(answers.map((answer) => answer.status())).toEqual(Array(6).fill(200));
		expect(await visitor.goto('/people'), 'the session was not taken for stolen').toBe(200);
		expect(visitor.path).toBe('/people');
	});

	test('an open page keeps its socket through renewals', async ({ open }) => {
		const visitor = await open({ place: site.place, as: ADMIN });
		await visitor.goto('/people');
		await visitor.live();
		await visitor.page.evaluate(() => {
			const seen: (string | null)[] = [];
			Object.assign(window, { seen });
			const dot = document.querySelector('[data-live]')!;
			new MutationObserver(() => seen.push(dot.textContent)).observe(dot, {
				subtree: true,
				characterData: true,
				childList: true
			});
		});
		for (let renewals = 0; renewals < 2; renewals += 1) {
			const before = await token(visitor);
			await expect.poll(() => token(visitor), { timeout: 60_000 }).not.toBe(before);
		}
		await visitor.live();
		expect(await visitor.page.evaluate(() => (window as unknown as { seen: string[] }).seen)).toEqual([]);
		const someone = await (await Api.signIn(ADMIN, site.place)).newUser();
		await visitor.page.getByRole('button', { name: /Show 1 new person/ }).click();
		await visitor.page.getByText(someone.name).first().waitFor();
	});
});

describe('with another instance on the same host', () => {
	let other: Stack;
	beforeAll(async () => (other = await Stack.start(0, {}, 'other')));
	afterAll(() => other.stop());

	const names = async ({ context }: Visitor) =>
		(await context.cookies()).map(({ name }) => name).filter((name) => name.startsWith('rollcall'));

	test.for([true, false])(
		'one stays signed in to both, and signs out of one (script: %s)',
		async (script, { open }) => {
			const visitor = await open({ script });
			const people = { here: `${visitor.url}/people`, there: `${other.place.url}/people` };
			const shows = async (address: string, path: string) => {
				await visitor.goto(address);
				expect(visitor.path).toBe(path);
			};
			await shows(people.here, '/sign-in?next=%2Fpeople');
			await fill(visitor, ADMIN.email, ADMIN.password);
			await visitor.page.waitForURL(people.here);
			await shows(people.there, '/sign-in?next=%2Fpeople');
			await fill(visitor, ADMIN.email, ADMIN.password);
			await visitor.page.waitForURL(people.there);

			for (const { url } of [{ url: visitor.url }, other.place]) {
				const renewed = await visitor.context.request.post(`${url}/session`, { headers: { origin: url } });
				expect(await renewed.json()).toMatchObject({ renewed: true });
			}
			await shows(people.here, '/people');
			await shows(people.there, '/people');
			await visitor.page.getByRole('button', { name: /Account menu/ }).click();
			await visitor.page.getByRole('button', { name: 'Sign out' }).click();
			await visitor.page.getByText('You are signed out.').waitFor();
			await shows(people.there, '/sign-in?next=%2Fpeople');
			await shows(people.here, '/people');
			expect((await names(visitor)).sort()).toEqual(['rollcall', 'rollcall_refresh', 'rollcall_until']);
		}
	);
});
