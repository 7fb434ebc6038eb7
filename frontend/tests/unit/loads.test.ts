/** What the pages read before they are shown. */
import { isHttpError } from '@sveltejs/kit';
import { beforeEach, describe, expect, test } from 'vitest';
import { Me, UserPage, Users, type UserPageData } from '#lib/graphql/documents.ts';
import { load as layout } from '../../src/routes/(app)/+layout.server.ts';
import { load as person } from '../../src/routes/(app)/people/[id]/+page.server.ts';
import { GET } from '../../src/routes/(app)/people/export/+server.ts';
import { FakeApi } from '../fakes/api.ts';
import { ADMIN, sessionPage, user } from '../fakes/rows.ts';

let api: FakeApi;
beforeEach(() => (api = new FakeApi()));

describe('every page behind sign-in', () => {
	const depended: string[] = [];
	const depends = (...names: string[]) => depended.push(...names);
	const load = async (id = '/(app)/people') => layout({ locals: { api }, depends, route: { id } } as never);

	test('has the viewer, whose row can be read again alone', async () => {
		api.on(Me, () => ({ me: ADMIN, enrolmentRequired: false }));
		expect(await load()).toEqual({ viewer: ADMIN, untilCookie: 'rollcall_until' });
		expect(depended).toContain('app:viewer');
	});

	test('is not shown before a required second factor is set up', async () => {
		api.on(Me, () => ({ me: ADMIN, enrolmentRequired: true }));
		await expect(load()).rejects.toThrow('to enrol');
	});

	test('asks nothing without a session', async () => {
		api.hasSession = false;
		await expect(load()).rejects.toThrow('to sign in');
		expect(api.asked).toEqual([]);
	});

	test('an address that no page has is no reason to sign in', async () => {
		api.hasSession = false;
		const thrown: unknown = await load('/(app)/[...path]').catch((error: unknown) => error);
		expect(isHttpError(thrown, 404)).toBe(true);
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
