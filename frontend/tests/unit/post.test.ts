/** What asks the API over kept connections: it waits no longer than it may, and leaves no timer behind once it has its answer. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { post } from '#lib/server/post.ts';

async function serve(answer: http.RequestListener): Promise<URL> {
	const server = http.createServer(answer);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

/** The timers of so many milliseconds that are still running. */
function timersOf(milliseconds: number): () => number {
	const set = vi.spyOn(globalThis, 'setTimeout');
	const cleared = vi.spyOn(globalThis, 'clearTimeout');
	onTestFinished(() => void vi.restoreAllMocks());
	return () => {
		const ours = set.mock.calls.flatMap(([, time], index) =>
			time === milliseconds ? [set.mock.results[index]?.value] : []
		);
		const ended = new Set(cleared.mock.calls.map(([timer]) => timer));
		expect(ours).toHaveLength(1);
		return ours.filter((timer) => !ended.has(timer)).length;
	};
}

test('no answer within the time is an error', async () => {
	const asked = post(await serve(() => {}), {}, '{}', 30);
	await expect(asked).rejects.toThrow('No answer within 30 ms');
});

test('an answer that stops half-way is an error, once its time is over', async () => {
	const asked = post(await serve((_, res) => void res.write('{"data":')), {}, '{}', 200);
	await expect(asked).rejects.toThrow();
});

test('no timer runs on once the answer is there', async () => {
	const running = timersOf(60_321);
	const { body } = await post(await serve((_, res) => res.end('{"data":1}')), {}, '{}', 60_321);
	expect(body).toEqual({ data: 1 });
	await vi.waitFor(() => expect(running()).toBe(0));
});
