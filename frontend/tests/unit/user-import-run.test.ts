/** An import on its way: stopped, continued, broken, signed out, postponed. */
import { beforeEach, expect, test, vi } from 'vitest';
import { ImportRun } from '#lib/stores/user/import-run.svelte.ts';
import { sourceOf } from '#lib/utils/user/import.ts';
import { FakeImports, changed, progress, refusal, refused, start, summary } from '../fakes/import.ts';

let api: FakeImports;
const ANY = { from: null, encoding: '' };
const source = () => sourceOf(new Blob(['email\n']), 'people.csv');
const file = (dryRun = false) => new ImportRun(source(), ANY, dryRun);
const sent = (count: number) => vi.waitUntil(() => api.sent.length === count, 20_000);
const from = () => api.sent.map(({ url }) => url.searchParams.get('start'));

beforeEach(() => {
	api = new FakeImports();
	vi.stubGlobal('fetch', api.fetch);
});

test('shows its progress and its end', async () => {
	const run = file(true);
	const done = run.start();
	await sent(1);
	expect(api.last.url.searchParams.get('dry_run')).toBe('true');
	api.last.push(start(), changed(2, 'created'), progress(2));
	await vi.waitUntil(() => run.report.line === 2);
	expect([run.state, run.report.bytesRead]).toEqual(['running', 20]);
	api.last.push(summary(2));
	api.last.end();
	await done;
	expect([run.state, run.problem, run.report.complete]).toEqual(['done', null, true]);
});

test('is stopped, and continues after the last line that was done', async () => {
	const run = file();
	const first = run.start();
	await sent(1);
	api.last.push(start(), changed(2, 'created'), refused(3), progress(3));
	await vi.waitUntil(() => run.report.line === 3);
	run.stop();
	await first;
	expect([run.state, run.problem, api.last.aborted]).toEqual(['stopped', null, true]);
	const second = run.start();
	await sent(2);
	api.last.push(start(), changed(4, 'created'), summary(4));
	api.last.end();
	await second;
	expect(from()).toEqual([null, '3']);
	expect(run.report).toMatchObject({ created: 2, refused: 1, line: 4 });
	expect(run.state).toBe('done');
});

test.each([
	['breaks off', (one: FakeImports) => one.last.lose()],
	['ends without a summary', (one: FakeImports) => one.last.end()]
])('that %s has failed, and continues', async (_, end) => {
	const run = file();
	const first = run.start();
	await sent(1);
	api.last.push(start(), changed(2, 'created'));
	await vi.waitUntil(() => run.report.line === 2);
	end(api);
	await first;
	expect([run.state, run.problem?.code, run.refused]).toEqual(['failed', 'BROKEN', false]);
	void run.start();
	await sent(2);
	expect(from()).toEqual([null, '2']);
});

test('renews an expired session, before and in the middle, and goes on by itself', async () => {
	const run = file();
	api.refusals.push(refusal(401, 'TOKEN_EXPIRED'));
	const done = run.start();
	await sent(2);
	const error = { code: 'TOKEN_EXPIRED', message: '' };
	api.last.push(start(), changed(2, 'created'), summary(2, { error }));
	api.last.end();
	await sent(3);
	api.last.push(start(), summary(2));
	api.last.end();
	await done;
	expect([run.state, api.renewals, from()]).toEqual(['done', 2, [null, null, '2']]);
});

test('does not renew for ever a session that is refused', async () => {
	const run = file();
	for (let count = 0; count < 5; count += 1) api.refusals.push(refusal(401, 'TOKEN_EXPIRED'));
	await run.start();
	expect([run.state, run.problem?.code, api.sent.length]).toEqual(['failed', 'TOKEN_EXPIRED', 2]);
});

test('waits as long as the API says while others import', async () => {
	vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 200 });
	const run = file();
	api.refusals.push(refusal(429, 'RATE_LIMITED', { 'retry-after': '3' }));
	const done = run.start();
	await vi.waitUntil(() => run.state === 'waiting');
	expect(run.seconds).toBeGreaterThan(0);
	await sent(2);
	api.last.push(start(), summary(1));
	api.last.end();
	await done;
	vi.useRealTimers();
	expect(run.state).toBe('done');
});

test('a file that is refused as a whole says why', async () => {
	const run = file(true);
	api.refusals.push(refusal(400, 'MALFORMED_REQUEST'));
	await run.start();
	expect([run.refused, run.problem?.code]).toEqual([true, 'MALFORMED_REQUEST']);
	api.refusals.push(new Response('<html>', { status: 502 }));
	await run.start();
	expect(run.problem?.code).toBe('UNAVAILABLE');
});
