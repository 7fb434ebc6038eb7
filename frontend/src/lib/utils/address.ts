/** The state of a page as an address, said once: what each part is called, what it may be, and what it is without it. */

/** One part of an address. Text that it does not understand means the default. */
export interface Param<T> {
	/** As it is called in the address. */
	name: string;
	/** The value of a text; '' is the default's. */
	parse(text: string): T;
	/** The text of a value; '' is left out. */
	print(value: T): string;
}

type Params = Record<string, Param<unknown>>;
type Values<P extends Params> = { [Key in keyof P]: ReturnType<P[Key]['parse']> };

/** Where in a list one is: neither at its beginning. */
export interface Position {
	after: string | null;
	before: string | null;
}

export type Query<P extends Params> = Values<P> & Position;

/** Free text, without the spaces round it, of at most `max` characters. */
export function text(name: string, max = 200): Param<string> {
	return { name, parse: (given) => given.trim().slice(0, max), print: (value) => value };
}

/** One of the given words, or null. */
export function oneOf<T extends string>(name: string, values: readonly T[]): Param<T | null> {
	return {
		name,
		parse: (given) => values.find((one) => one === given) ?? null,
		print: (value) => value ?? ''
	};
}

/** One of the given words, otherwise `standard`, which stands in no address. */
export function oneOfOr<T extends string>(name: string, values: readonly T[], standard: T): Param<T> {
	return {
		name,
		parse: (given) => values.find((one) => one === given) ?? standard,
		print: (value) => (value === standard ? '' : value)
	};
}

/** Yes, no, or either. */
export function flag(name: string): Param<boolean | null> {
	return {
		name,
		parse: (given) => ({ yes: true, no: false })[given] ?? null,
		print: (value) => (value === null ? '' : value ? 'yes' : 'no')
	};
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The id of something, or null. */
export function id(name: string): Param<string | null> {
	return {
		name,
		parse: (given) => (UUID.test(given) ? given.toLowerCase() : null),
		print: (value) => value ?? ''
	};
}

export class Address<P extends Params> {
	readonly path: string;
	readonly #params: P;

	constructor(path: string, params: P) {
		this.path = path;
		this.#params = params;
	}

	/** What an address asks for. */
	parse(params: Pick<URLSearchParams, 'get'>): Query<P> {
		const values = Object.entries(this.#params).map(([key, { name, parse }]) => [
			key,
			parse(params.get(name) ?? '')
		]);
		const position: Position = { after: params.get('after') || null, before: params.get('before') || null };
		return { ...(Object.fromEntries(values) as Values<P>), ...position };
	}

	/** What stands behind the path, with its "?"; `changes` other than a position go back to the beginning. */
	search(query: Query<P>, changes: Partial<Query<P>> = {}): string {
		const next: Query<P> = { ...query, after: null, before: null, ...changes };
		const params = new URLSearchParams();
		const texts = Object.entries(this.#params).map(([key, { name, print }]) => [name, print(next[key])]);
		for (const [name = '', value] of [...texts, ['after', next.after], ['before', next.before]])
			if (name && value) params.set(name, value);
		return params.size ? `?${params}` : '';
	}

	href(query: Query<P>, changes: Partial<Query<P>> = {}): string {
		return this.path + this.search(query, changes);
	}
}

/** The first page of a list, or the one after or before a position. */
export function windowOf({ after, before }: Position, size: number) {
	return before ? { last: size, before } : { first: size, after };
}
