/**
 * A page of the console in jsdom, whole: its component, the server's own form actions, and one fake API behind the
 * browser, the server and the socket.
 */
import { render } from '@testing-library/svelte';
import { isActionFailure, isHttpError, isRedirect, type RequestEvent } from '@sveltejs/kit';
import type { Component } from 'svelte';
import { vi } from 'vitest';
import type { TypedDocument } from '#lib/graphql/documents.ts';
import type { Live } from '#lib/stores/live/live.svelte.ts';
import { FakeApi } from '../fakes/api.ts';
import { ADMIN } from '../fakes/rows.ts';
import { Socket } from '../fakes/socket.ts';
import Frame from './Frame.svelte';
import { PATIENCE_MS } from './patience.ts';

type Action = (event: never) => unknown;
export type Data = Record<string, unknown>;

export const until = (condition: () => unknown) => vi.waitUntil(condition, PATIENCE_MS);

export class Site {
	readonly api = new FakeApi();
	/** The forms sent: the action and its fields. */
	readonly sent: { action: string; fields: Record<string, string> }[] = [];
	#offline = false;
	viewer = ADMIN;
	live!: Live;
	readonly #actions: Record<string, Action>;
	readonly #params: Record<string, string>;

	constructor(path: string, actions: object = {}, params: Record<string, string> = {}) {
		this.#actions = actions as Record<string, Action>;
		this.#params = params;
		history.replaceState(null, '', path);
		[Socket.all, Socket.refusing] = [[], false];
		vi.stubGlobal('fetch', (to: string | URL, init: RequestInit) => this.#fetch(to, init));
		vi.stubGlobal('WebSocket', Object.assign(Socket, { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 }));
	}

	/** Shows a page; returns what shows it with other properties, and waits for the connection. */
	async show(component: unknown, props: Data): Promise<(next: Data) => Promise<void>> {
		const frame = {
			component: component as Component<Data>,
			viewer: this.viewer,
			connect: true,
			ready: ({ live }: { live: Live }) => (this.live = live)
		};
		const { rerender } = render(Frame, { props: { ...frame, given: props } });
		await until(() => this.live.state === 'live' && this.socket.sent.length > 2);
		return (next) => rerender({ given: { ...props, ...next } });
	}

	/** The front door does not answer; the browser's console says so, and is not shown. */
	set offline(offline: boolean) {
		this.#offline = offline;
		vi.spyOn(console, 'error').mockImplementation(() => {});
	}

	get socket(): Socket {
		return Socket.all.at(-1)!;
	}

	/** Sends a message of a feed. */
	async push(operation: string, data: object): Promise<void> {
		await until(() => this.socket.subscribed(operation));
		this.socket.push(operation, data);
		await Promise.resolve();
	}

	/** Loses the connection, and waits until there is another. */
	async reconnect(): Promise<void> {
		const before = this.socket;
		before.drop(1006);
		await until(() => this.socket !== before && this.socket.sent.length > 2);
	}

	async #fetch(to: string | URL, init: RequestInit): Promise<Response> {
		if (this.#offline) throw new TypeError('Failed to fetch');
		const url = new URL(to, location.href);
		return url.pathname === '/graphql' ? this.#graphql(init) : this.#submit(url, init);
	}

	async #graphql({ body, signal }: RequestInit): Promise<Response> {
		const { query, variables } = JSON.parse(body as string) as { query: string; variables: unknown };
		const data = await this.api.run(query as TypedDocument<unknown, unknown>, variables);
		signal?.throwIfAborted();
		return Response.json({ data });
	}

	/** As SvelteKit answers a form that was sent by script. */
	async #submit(url: URL, { body }: RequestInit): Promise<Response> {
		const name = /^\?(?:.*&)?\/(\w+)$/.exec(url.search)?.[1] ?? 'default';
		const fields = [...(body as URLSearchParams)];
		this.sent.push({ action: name, fields: Object.fromEntries(fields) });
		const form = new FormData();
		for (const [key, value] of fields) form.append(key, value);
		const event = {
			request: { formData: async () => form },
			locals: { api: this.api },
			params: this.#params,
			url
		} as unknown as RequestEvent;
		try {
			const data = await this.#actions[name]!(event as never);
			const [type, status, shown] = isActionFailure(data)
				? ['failure', data.status, data.data]
				: ['success', 200, data];
			return Response.json({ type, status, data: shown });
		} catch (thrown) {
			if (isRedirect(thrown))
				return Response.json({ type: 'redirect', status: thrown.status, location: thrown.location });
			if (isHttpError(thrown)) return Response.json({ type: 'error', error: thrown.body });
			throw thrown;
		}
	}
}
