/** A request as the server's code sees it, with a jar for its cookies. */
import type { Cookies, RequestEvent } from '@sveltejs/kit';

export class Jar {
	readonly set: Record<string, { value: string; [option: string]: unknown }> = {};
	readonly deleted: { name: string; path: string }[] = [];
	readonly #values: Map<string, string>;

	constructor(values: Record<string, string> = {}) {
		this.#values = new Map(Object.entries(values));
	}

	/** The Cookie header of a request from this browser. */
	get header(): string {
		return [...this.#values].map(([name, value]) => `${name}=${value}`).join('; ');
	}

	get cookies(): Cookies {
		return {
			get: (name: string) => this.#values.get(name),
			getAll: () => [...this.#values].map(([name, value]) => ({ name, value })),
			set: (name: string, value: string, options: object) => {
				this.#values.set(name, value);
				this.set[name] = { ...options, value };
			},
			delete: (name: string, options: { path: string }) => {
				this.deleted.push({ name, path: options.path });
				this.#values.delete(name);
				this.set[name] = { ...options, value: '' };
			},
			serialize: () => ''
		} as unknown as Cookies;
	}
}

export function visit(
	jar: Jar,
	address = 'http://localhost:3000/people?q=a',
	method = 'GET',
	cookie = jar.header
): RequestEvent {
	return {
		cookies: jar.cookies,
		url: new URL(address),
		request: new Request(address, { method, headers: { 'user-agent': 'Test', cookie } }),
		locals: { requestId: 'request-1', locale: 'de' },
		getClientAddress: () => '192.0.2.7'
	} as unknown as RequestEvent;
}
