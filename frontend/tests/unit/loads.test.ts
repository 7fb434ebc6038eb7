/** What the pages read before they are shown. */
import { isHttpError } from '@sveltejs/kit';
import { beforeEach, describe, expect, test } from 'vitest';
import { CreateUser, Me, UserPage, Users, type UserPageData } from '#lib/graphql/documents.ts';
import { load as layout } from '../../src/routes/(app)/+layout.server.ts';
import { load as person } from '../../src/routes/(app)/people/[id]/+page.server.ts';
import { GET } from '../../src/routes/(app)/people/export/+server.ts';
import { actions as imports } from '../../src/routes/(app)/people/import/+page.server.ts';
import { FakeApi } from '../fakes/api.ts';
import { ADMIN, payload, sessionPage, user } from '../fakes/rows.ts';

let api: FakeApi;
beforeEach(() => (api = new FakeApi()));

describe('every page behind sign-in', () => {
	const depended: string[] = [];
	const depends = (...names: string[]) => depended.push(...names);
	const load = () => layout({ locals: { api }, depends } as never);

	test('has the viewer, whose row can be read again alone', async () => {
		api.on(Me, () => ({ me: ADMIN }));
		expect(await load()).toEqual({ viewer: ADMIN, untilCookie: 'rollcall_until' });
		expect(depended).toContain('app:viewer');
	});

	test('asks nothing without a session', async () => {
		api.hasSession = false;
		await expect(load()).rejects.toThrow('to sign in');
		expect(api.asked).toEqual([]);
	});
});

describe('the page of a user', () => {
	const load = async (search: string) => {
		const url = new URL(`http://localhost/people/ada${search}`);
		return person({ locals: { api }, params: { id: 'ada' }, url } as never);
	};

	test('begins its timeline where the address says', async () => {
		const read = {
			...user(),
			sessions: sessionPage([]),
			events: { edges: [], pageInfo: { hasNextPage: false } }
		};
		api.on(UserPage, () => ({ user: read }) as unknown as UserPageData);
		expect(await load('?older=there')).toMatchObject({ query: { older: 'there' }, cursor: 'head' });
		expect(api.variables(UserPage)).toEqual([{ id: 'ada', eventsAfter: 'there' }]);
	});

	test('is not there for who is not to be seen', async () => {
		api.on(UserPage, () => ({ user: null }));
		const thrown: unknown = await load('').catch((error: unknown) => error);
		expect(isHttpError(thrown, 404) && thrown.body.code).toBe('NOT_FOUND');
	});
});

test('an export begins at the beginning, whatever page is shown', async () => {
	const pageInfo = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };
	api.on(Users, () => ({ users: { edges: [{ cursor: '', node: user() }], pageInfo } }));
	const url = new URL('http://localhost/people/export?q=ada&before=here');
	const answer = await GET({ locals: { api }, url } as never);
	expect((await answer.text()).trim().split('\r\n')).toHaveLength(2);
	expect(api.variables(Users)).toMatchObject([{ search: 'ada', first: 100, after: null }]);
});

describe('an import without script', () => {
	const run = () => {
		const form = new FormData();
		form.set('list', 'email,name\nada@example.com,Ada\nbo@example.com,Bo');
		return imports.run!({ request: { formData: async () => form }, locals: { api } } as never);
	};

	test('that adds nobody at all fails as a page', async () => {
		api.on(CreateUser, () => Promise.reject(new Error('unavailable')));
		await expect(run()).rejects.toThrow('unavailable');
	});

	test('that breaks off shows what became of each', async () => {
		api.on(CreateUser, async ({ input }) => {
			if (input.email === 'bo@example.com') throw new Error('unavailable');
			return { createUser: payload(user({ id: 'ada' })) };
		});
		const { items } = (await run()) as { items: { email: string; state: string }[] };
		expect(items.map(({ email, state }) => [email, state])).toEqual([
			['ada@example.com', 'added'],
			['bo@example.com', 'ready']
		]);
	});
});
