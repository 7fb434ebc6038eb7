/** What the pages read before they are shown. */
import { isHttpError } from '@sveltejs/kit';
import { beforeEach, describe, expect, test } from 'vitest';
import { Me, UserPage, Users, type UserPageData } from '#lib/graphql/documents.ts';
import type { ImportLine } from '#lib/types/import.ts';
import { writeLines } from '#lib/utils/ndjson.ts';
import { importing } from '#lib/utils/user/import.ts';
import { load as layout } from '../../src/routes/(app)/+layout.server.ts';
import { load as person } from '../../src/routes/(app)/people/[id]/+page.server.ts';
import { GET } from '../../src/routes/(app)/people/export/+server.ts';
import { actions as imports } from '../../src/routes/(app)/people/import/+page.server.ts';
import { FakeApi } from '../fakes/api.ts';
import { changed, refusal, refused, start, summary } from '../fakes/import.ts';
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

describe('an import without script', () => {
	const CSV = 'email,name\nada@example.com,Ada\nbo@example.com,Bo';
	/** Each answers a request that the page sends; then nothing answers. */
	let answers: (() => Response)[];
	let sent: string[];
	let renewed: number;
	const lines =
		(...all: ImportLine[]) =>
		() =>
			new Response(writeLines(all));

	async function send(action: 'check' | 'run', text = CSV) {
		const form = new FormData();
		form.set('list', text);
		const upload = async (path: string) => {
			sent.push(path);
			return answers.shift()?.() ?? Promise.reject(new Error('unavailable'));
		};
		const more = { upload, renew: async () => (renewed += 1) > 0 };
		const locals = { api: Object.assign(api, more) };
		return imports[action]!({ request: { formData: async () => form }, locals } as never);
	}

	beforeEach(() => {
		[answers, sent, renewed] = [[], [], 0];
	});

	test('that nobody answers fails as a page', async () => {
		await expect(send('run')).rejects.toThrow('unavailable');
	});

	test('shows what became of each, and keeps the text to send it again', async () => {
		answers = [lines(start(), changed(2, 'created'), refused(3), summary(3))];
		expect(await send('check')).toMatchObject({
			dryRun: true,
			problem: null,
			kept: CSV,
			report: { created: 1, refused: 1, complete: true }
		});
		expect(sent).toEqual([`${importing.path}?dry_run=true`]);
	});

	test('renews an expired session in the middle, and goes on', async () => {
		const error = { code: 'TOKEN_EXPIRED', message: '' };
		answers = [
			lines(start(), changed(2, 'created'), summary(2, { error })),
			lines(start(), changed(3, 'created'), summary(3))
		];
		expect(await send('run')).toMatchObject({ problem: null, report: { created: 2 } });
		expect([sent, renewed]).toEqual([[importing.path, `${importing.path}?start=2`], 1]);
	});

	test('that breaks off shows what was done', async () => {
		answers = [lines(start(), changed(2, 'created'))];
		expect(await send('run')).toMatchObject({ problem: { code: 'BROKEN' }, report: { created: 1, line: 2 } });
	});

	test('of a file that is refused as a whole is a refused form', async () => {
		answers = [() => refusal(400, 'MALFORMED_REQUEST')];
		expect(await send('check')).toMatchObject({
			status: 400,
			data: { problem: { code: 'MALFORMED_REQUEST' } }
		});
	});

	test('that is too long for a form is not kept', async () => {
		answers = [lines(start(), summary(1))];
		expect(await send('check', `email\n${'x'.repeat(1_000_000)}`)).toMatchObject({ kept: null });
	});
});
