/** GraphQL from the browser: an expired session is renewed once for all who wait. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { TypedDocument } from '#lib/graphql/documents.ts';
import { ApiError, renewSession, run, sessionEnd } from '#lib/utils/graphql.ts';

const Anything = '{ anything }' as TypedDocument<{ anything: number }, object>;
const ok = () => Response.json({ data: { anything: 1 } });
const apiError = (code: string) => Response.json({ errors: [{ message: code, extensions: { code } }] });

/** Answers one after the other; returns what was asked. */
function server(answers: Record<string, (() => Response | Promise<Response>)[]>): string[] {
	const asked: string[] = [];
	vi.stubGlobal('fetch', async (path: string, { signal }: RequestInit = {}) => {
		signal?.throwIfAborted();
		asked.push(path);
		return answers[path]!.shift()!();
	});
	return asked;
}
afterEach(() => vi.unstubAllGlobals());

test('renewed once, then asked again', async () => {
	const asked = server({
		'/graphql': [() => apiError('TOKEN_EXPIRED'), ok],
		'/session': [() => Response.json({}, { status: 200 })]
	});
	expect(await run(Anything, {})).toEqual({ anything: 1 });
	expect(asked).toEqual(['/graphql', '/session', '/graphql']);
});

test('two that wait share a renewal', async () => {
	let open = (_: Response) => {};
	const asked = server({ '/session': [() => new Promise<Response>((resolve) => (open = resolve))] });
	const both = [renewSession(), renewSession()];
	await vi.waitFor(() => expect(asked).toHaveLength(1), 20_000);
	open(Response.json({}, { status: 401 }));
	expect(await Promise.all(both)).toEqual([false, false]);
	expect(asked).toEqual(['/session']);
});

test('a renewal that nobody answers has not ended the session', async () => {
	server({ '/session': [() => Response.json({}, { status: 503 })] });
	await expect(renewSession()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

describe('raised is', () => {
	test.each([
		['the code of a refusal', () => apiError('FORBIDDEN'), 'FORBIDDEN'],
		['no data', () => Response.json({ data: null }), 'INTERNAL_ERROR'],
		['no answer', () => Promise.reject(new TypeError('failed to fetch')), 'UNAVAILABLE'],
		['an answer that is not JSON', () => new Response('<html>'), 'UNAVAILABLE']
	])('%s', async (_, answer, code) => {
		server({ '/graphql': [answer] });
		const error = await run(Anything, {}).catch((one: unknown) => one);
		expect(error).toBeInstanceOf(ApiError);
		expect((error as ApiError).code).toBe(code);
	});

	test('an abort, as an abort', async () => {
		server({ '/graphql': [ok] });
		const error = await run(Anything, {}, AbortSignal.abort()).catch((one: unknown) => one);
		expect((error as DOMException).name).toBe('AbortError');
	});
});

test('the end of the session stands in a cookie', () => {
	const cookies = 'a=1; rollcall_until=1700000000; rollcall_until.two=1800000000';
	expect(sessionEnd('rollcall_until', cookies)).toBe(1_700_000_000_000);
	expect(sessionEnd('rollcall_until.two', cookies), 'of another instance').toBe(1_800_000_000_000);
	expect(sessionEnd('rollcall_until', 'not_rollcall_until=1')).toBeNull();
	expect(sessionEnd('rollcall_until', '')).toBeNull();
});
