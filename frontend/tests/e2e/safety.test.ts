/** What must not be possible, and what must not be said. */
import { beforeAll, describe, expect } from 'vitest';
import { Api, type Someone } from './harness/api.ts';
import { ADMIN } from './harness/stack.ts';
import { test } from './harness/visitor.ts';

let someone: Someone;
beforeAll(async () => (someone = await (await Api.signIn()).newUser()));

describe('a form of another site', () => {
	test.for(['/sign-in', '/sign-up', '/sign-out', '/people?/delete', '/people/export', '/preferences'])(
		'is refused at %s',
		async (path, { open }) => {
			const visitor = await open({ as: ADMIN });
			const answer = await visitor.context.request.post(path, {
				form: { id: someone.id, email: someone.email, password: someone.password, theme: 'dark' },
				headers: { origin: 'https://evil.example', accept: 'text/html' },
				maxRedirects: 0
			});
			expect(answer.status()).toBe(403);
			expect(answer.headersArray().filter(({ name }) => name.toLowerCase() === 'set-cookie')).toEqual([]);
			await visitor.goto('/people');
			expect(visitor.path, 'still signed in').toBe('/people');
		}
	);

	test('cannot renew a session', async ({ open }) => {
		const visitor = await open({ as: ADMIN });
		const answer = await visitor.context.request.post('/session', {
			headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
		});
		expect(answer.status()).toBe(403);
	});
});

test.for(['/people', '/people/__data.json', '/sign-in', '/sign-in/__data.json'])(
	'no secret in %s',
	async (path, { open }) => {
		const visitor = await open({ as: ADMIN });
		const secrets = (await visitor.context.cookies())
			.filter(({ name }) => /^rollcall(?:_refresh)?$/.test(name))
			.map(({ value }) => value);
		expect(secrets).toHaveLength(2);
		const answer = await visitor.context.request.get(path);
		expect(answer.status()).toBe(200);
		const text = await answer.text();
		for (const secret of [...secrets, ADMIN.password, '$argon2', 'eyJ', 'passwordHash', 'refreshToken'])
			expect(text.includes(secret), `${secret.slice(0, 8)}… in ${path}`).toBe(false);
	}
);

test('the session is out of the script’s reach', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	await visitor.goto('/people');
	expect(await visitor.page.evaluate(() => document.cookie)).not.toMatch(/rollcall(?:_refresh)?=/);
	expect(
		await visitor.page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))
	).not.toMatch(/eyJ|token/i);
});

test('the headers are strict, with a nonce of its own for each page', async ({ open }) => {
	const visitor = await open();
	const answers = [
		await visitor.context.request.get('/sign-in'),
		await visitor.context.request.get('/sign-in')
	];
	const policies = answers.map((answer) => answer.headers()['content-security-policy']!);
	for (const [index, answer] of answers.entries()) {
		expect(policies[index]).toMatch(/default-src 'none'/);
		expect(policies[index]).toMatch(/frame-ancestors 'none'/);
		expect(policies[index]).not.toMatch(/unsafe-inline|unsafe-eval/);
		expect(answer.headers()).toMatchObject({
			'x-content-type-options': 'nosniff',
			'x-frame-options': 'DENY',
			'referrer-policy': 'same-origin',
			'cache-control': 'private, no-store'
		});
	}
	const nonces = policies.map((policy) => /'nonce-([^']+)'/.exec(policy)?.[1]);
	expect(nonces[0]).toBeTruthy();
	expect(nonces[0]).not.toBe(nonces[1]);
});

test('injected script does not run', async ({ open }) => {
	const visitor = await open({ as: ADMIN });
	const name = `<img src=x onerror="window.ran=1"><script>window.ran=1</script>`;
	await (await Api.signIn()).update({ id: someone.id, displayName: name });
	await visitor.goto(`/people?q=${someone.email}`);
	expect(await visitor.page.locator('tr[data-id] .name').textContent()).toBe(name);
	expect(await visitor.page.evaluate(() => 'ran' in window)).toBe(false);
});

describe('the last resort', () => {
	test('an error shows the request id, and a way on', async ({ open }) => {
		const visitor = await open({ as: ADMIN });
		visitor.expected.push(/status of 404/);
		expect(await visitor.goto('/nothing-here')).toBe(404);
		const { page } = visitor;
		await page.getByRole('heading', { name: 'Page not found' }).waitFor();
		await page.getByRole('navigation', { name: 'Main' }).waitFor();
		const id = await page.locator('code').textContent();
		expect(id).toMatch(/^[\w-]{8,}$/);
		await page.getByRole('link', { name: 'Go to People' }).click();
		await page.waitForURL('/people');
	});

	test.for([true, false])(
		'an invalid position shows the beginning of the list (script: %s)',
		async (script, { open }) => {
			const visitor = await open({ as: ADMIN, script });
			for (const [path, shown] of [
				['/people?q=example&after=not-a-cursor', '/people?q=example'],
				['/people?before=not-a-cursor', '/people'],
				['/activity?after=not-a-cursor', '/activity'],
				[`/people/${someone.id}?older=not-a-cursor`, `/people/${someone.id}`]
			] as const) {
				expect(await visitor.goto(path), path).toBe(200);
				expect(visitor.path).toBe(shown);
			}
		}
	);

	test('an address with a percent sign that begins no character is nobody’s', async ({ open }) => {
		const visitor = await open({ as: ADMIN });
		visitor.expected.push(/status of 404/);
		expect(await visitor.goto('/people/%E0%A4%A')).toBe(404);
		await visitor.page.getByRole('heading', { name: 'Person not found' }).waitFor();
		await visitor.page.getByRole('navigation', { name: 'Main' }).waitFor();
	});

	test('a file that is not there is no page', async ({ open }) => {
		const visitor = await open({ as: ADMIN });
		const answer = await visitor.context.request.get('/_app/immutable/chunks/none.js');
		expect([answer.status(), (await answer.text()).includes('<html')]).toEqual([404, false]);
	});

	test('the id given by the front door is the one shown', async ({ open }) => {
		const visitor = await open({ as: ADMIN, script: false });
		visitor.expected.push(/status of 404/);
		await visitor.context.setExtraHTTPHeaders({ 'x-request-id': 'given-by-a-gateway' });
		await visitor.goto('/nothing-here');
		expect(await visitor.page.locator('code').textContent()).toBe('given-by-a-gateway');
	});
});
