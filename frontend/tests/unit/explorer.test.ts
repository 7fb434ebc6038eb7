import { describe, expect, it, vi } from 'vitest';
import { outline } from '#lib/utils/explorer/outline.ts';
import type { Viewer } from '#lib/graphql/documents.ts';
import { Explorer } from '#lib/stores/explorer/explorer.svelte.ts';
import { developers } from '#lib/utils/explorer/address.ts';
import { examples } from '#lib/utils/explorer/examples.ts';
import { ApiError, type Request } from '#lib/utils/graphql.ts';
import { tokens } from '#lib/utils/explorer/json-tokens.ts';
import type { Sink } from '#lib/stores/explorer/listen.ts';
import { findInOutline } from '#lib/utils/explorer/outline-search.ts';

function fakeTransport(answer: () => Promise<unknown> = async () => ({ data: { me: null } })) {
	const sinks: Sink[] = [];
	const stop = vi.fn();
	return {
		sinks,
		stop,
		ask: vi.fn((_request: Request, _signal: AbortSignal) => answer()),
		listen: vi.fn(async (_request: Request, sink: Sink) => (sinks.push(sink), stop))
	};
}

describe('the explorer', () => {
	it('runs the operation at the caret with its variables', async () => {
		const transport = fakeTransport();
		const explorer = new Explorer('query A { me { id } }\nquery B { me { role } }', transport);
		explorer.variables = '{"n": 1}';
		await explorer.run(30);
		expect(transport.ask.mock.calls[0]![0]).toMatchObject({ operationName: 'B', variables: { n: 1 } });
		expect(explorer.replies[0]).toMatchObject({ ok: true, text: expect.stringContaining('"me": null') });
		expect(explorer.took).not.toBeNull();
		expect(explorer.state).toBe('idle');
	});

	it('has something to lose while what was typed was never run', async () => {
		const explorer = new Explorer('{ me { id } }', fakeTransport());
		expect(explorer.edited).toBe(false);
		explorer.text = '{ me { role } }';
		expect(explorer.edited).toBe(true);
		await explorer.run();
		expect(explorer.edited).toBe(false);
		explorer.variables = '{"n": 1}';
		expect(explorer.edited).toBe(true);
		explorer.keep();
		expect(explorer.edited).toBe(false);
	});

	it.each(['{', '[1]', '"a"', 'null'])('refuses %s as variables', async (text) => {
		const transport = fakeTransport();
		const explorer = new Explorer('{ me { id } }', transport);
		explorer.variables = text;
		await explorer.run();
		expect(explorer.error).toBe('variables');
		expect(transport.ask).not.toHaveBeenCalled();
	});

	it('says that there is nothing to run, and shows faults as answers', async () => {
		const explorer = new Explorer(
			' ',
			fakeTransport(() => Promise.reject(new ApiError('UNAVAILABLE', 'unavailable')))
		);
		await explorer.run();
		expect(explorer.error).toBe('operation');
		explorer.text = '{ me { id } }';
		await explorer.run();
		expect(explorer.error).toBeNull();
		expect(explorer.replies[0]).toMatchObject({ ok: false, text: expect.stringContaining('UNAVAILABLE') });
	});

	it('ends a query that is stopped, and shows no answer that comes later', async () => {
		const { promise, resolve } = Promise.withResolvers<unknown>();
		const transport = fakeTransport(() => promise);
		const explorer = new Explorer('{ me { id } }', transport);
		const running = explorer.run();
		explorer.stop();
		expect(transport.ask.mock.calls[0]![1].aborted).toBe(true);
		resolve({ data: { me: null } });
		await running;
		expect([explorer.replies, explorer.took, explorer.state]).toEqual([[], null, 'idle']);
	});

	it('listens until it is stopped, and then hears nothing more', async () => {
		const transport = fakeTransport();
		const explorer = new Explorer('subscription { presence { online } }', transport);
		await explorer.run();
		expect(explorer.state).toBe('listening');
		for (let n = 0; n < 150; n += 1) transport.sinks[0]!.next({ data: { n } });
		expect(explorer.count).toBe(150);
		expect(explorer.replies.length).toBe(100);
		expect(explorer.replies[0]!.text).toContain('149');
		explorer.stop();
		expect(transport.stop).toHaveBeenCalledOnce();
		transport.sinks[0]!.next({ data: {} });
		expect(explorer.count).toBe(150);
	});

	it('stops a subscription that begins only after it was stopped', async () => {
		const transport = fakeTransport();
		const explorer = new Explorer('subscription { presence { online } }', transport);
		const running = explorer.run();
		explorer.stop();
		await running;
		expect(transport.stop).toHaveBeenCalledOnce();
		expect(explorer.state).toBe('idle');
	});

	it('shows why a subscription ended', async () => {
		const transport = fakeTransport();
		const explorer = new Explorer('subscription { nothing }', transport);
		await explorer.run();
		transport.sinks[0]!.ended({ errors: [{ message: 'no such field' }] });
		expect(explorer.replies[0]).toMatchObject({ ok: false });
		expect(explorer.state).toBe('idle');
	});
});

describe('finding in the schema', () => {
	it('puts what begins so first, and looks into a type', () => {
		const found = findInOutline(outline, 'user');
		expect(found.types[0]!.name.toLowerCase().startsWith('user')).toBe(true);
		expect(found.fields.some(({ type, field }) => `${type}.${field.name}` === 'Query.users')).toBe(true);
		const inside = findInOutline(outline, 'Event.act');
		expect(inside.types).toEqual([]);
		expect(inside.fields.map(({ type, field }) => `${type}.${field.name}`)).toContain('Event.actor');
		expect(findInOutline(outline, 'zzz')).toEqual({ types: [], fields: [] });
	});
});

describe('JSON in colours', () => {
	it('is cut without losing a character', () => {
		const json = JSON.stringify({ 'a"b': [1, -2.5e3, true, null, 'x: "y"'], c: {} }, null, 2);
		const cut = tokens(json);
		expect(cut.map((token) => token.text).join('')).toBe(json);
		expect(cut.filter((token) => token.kind === 'key').map((token) => token.text)).toEqual([
			'"a\\"b"',
			'"c"'
		]);
		expect(cut.filter((token) => token.kind === 'number').map((token) => token.text)).toEqual(['1', '-2500']);
	});
});

describe('examples', () => {
	const viewer: Viewer = {
		id: '0198a5c2-7f3e-7000-8000-00000000abcd',
		email: "o'hara@example.com",
		displayName: 'Scarlett O\'Hara \\ "S"',
		role: 'MEMBER',
		version: 3
	};

	it('survive what names have in them', () => {
		const shell = examples('curl', 'http://localhost:8000', viewer);
		expect(shell.token).toContain("o'\\''hara@example.com");
		const js = examples('js', 'http://localhost:8000', viewer).change;
		const [, name] = /name: ('.*')\n/.exec(js)!;
		expect(new Function(`return ${name}`)()).toBe(viewer.displayName);
	});

	it('ask a member nothing that they may not see, and hold no password', () => {
		expect(examples('curl', '', viewer).query).not.toContain('events');
		expect(examples('curl', '', { ...viewer, role: 'AUDITOR' }).query).toContain('events');
	});

	it('are in the language of the address', () => {
		const parse = (search: string) => developers.parse(new URLSearchParams(search)).language;
		expect([parse('lang=js'), parse('lang=perl'), parse('')]).toEqual(['js', 'curl', 'curl']);
		expect([developers.href({ language: 'js' }), developers.href({ language: 'curl' })]).toEqual([
			'/developers?lang=js',
			'/developers'
		]);
	});
});
