/** The state of a page as an address, said once: what each part is called, what it may be, and what it is without it. */

/** What of an address, or of a form that was sent to it, is read. */
export type Fields = Pick<URLSearchParams, 'get' | 'getAll'>;

/** One part of an address. Text that it does not understand means the default. */
export interface Param<T> {
	/** As it is called in the address. */
	name: string;
	/** Its text from the fields of a form, where these are more than one. */
	gather?(params: Fields): string;
	/** The value of a text; '' is the default's. */
	parse(text: string): T;
	/** The text of a value; '' is left out. */
	print(value: T): string;
}

export type Params = Record<string, Param<unknown>>;
type Values<P extends Params> = { [Key in keyof P]: ReturnType<P[Key]['parse']> };

/** Where in a list one is: neither at its beginning. */
export interface Position {
	after: string | null;
	before: string | null;
	/** How many come before it, where a link counted them. */
	at: number | null;
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

/** Some of the given words, or null for none: `a,b` in an address, a field for each in a form. */
export function severalOf<T extends string>(name: string, values: readonly T[]): Param<readonly T[] | null> {
	return {
		name,
		gather: (params) => params.getAll(name).join(),
		parse(given) {
			const words = given.split(',');
			const chosen = values.filter((one) => words.includes(one));
			return chosen.length ? chosen : null;
		},
		print: (value) => value?.join() ?? ''
	};
}

/** Yes, no, or either, which both are too. */
export function flag(name: string): Param<boolean | null> {
	return {
		name,
		gather: (params) => params.getAll(name).join(),
		parse: (given) => ({ yes: true, no: false })[given] ?? null,
		print: (value) => (value === null ? '' : value ? 'yes' : 'no')
	};
}

/** What positions in a list are called in an address. */
const CURSORS = ['after', 'before', 'older'] as const;

/** A position in a list as the API gave it, or null for the beginning. */
export function cursor(name: (typeof CURSORS)[number]): Param<string | null> {
	return { name, parse: (given) => given || null, print: (value) => value ?? '' };
}

/** The same address at the beginning of its list; null if it names no position. */
export function fromBeginning({ pathname, search }: Pick<URL, 'pathname' | 'search'>): string | null {
	const params = new URLSearchParams(search);
	if (!CURSORS.some((name) => params.has(name))) return null;
	for (const name of CURSORS) params.delete(name);
	return pathname + (params.size ? `?${params}` : '');
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

/** A number of rows, or null. */
function rows(name: string): Param<number | null> {
	return {
		name,
		parse: (given) => (/^[1-9]\d{0,8}$/.test(given) ? Number(given) : null),
		print: (value) => (value ? String(value) : '')
	};
}

const POSITION: { [Key in keyof Position]: Param<Position[Key]> } = {
	after: cursor('after'),
	before: cursor('before'),
	at: rows('at')
};

export class Address<P extends Params> {
	readonly path: string;
	readonly #params: P & typeof POSITION;

	constructor(path: string, params: P) {
		this.path = path;
		this.#params = { ...params, ...POSITION };
	}

	/** What an address asks for. */
	parse(params: Fields): Query<P> {
		const values = Object.entries<Param<unknown>>(this.#params).map(([key, { name, gather, parse }]) => [
			key,
			parse(gather?.(params) ?? params.get(name) ?? '')
		]);
		return Object.fromEntries(values) as Query<P>;
	}

	/** What stands behind the path, with its "?"; `changes` other than a position go back to the beginning. */
	search(query: Partial<Query<P>>, changes: Partial<Query<P>> = {}): string {
		const next: Record<string, unknown> = { ...query, after: null, before: null, at: null, ...changes };
		const params = new URLSearchParams();
		for (const [key, { name, parse, print }] of Object.entries<Param<unknown>>(this.#params)) {
			const value = print(next[key] ?? parse(''));
			if (value) params.set(name, value);
		}
		// A comma needs no escape in a query (RFC 3986, section 3.4), and reads better without.
		return params.size ? `?${params}`.replaceAll('%2C', ',') : '';
	}

	/** The address of a query; what it does not say is the default. */
	href(query: Partial<Query<P>>, changes: Partial<Query<P>> = {}): string {
		return this.path + this.search(query, changes);
	}

	/** Parts that are not at their default, as the hidden fields of a form. */
	fields(query: Query<P>, keys: readonly (keyof P & string)[]): [name: string, value: string][] {
		const all = keys.map((key): [string, string] => [this.name(key), this.#params[key]!.print(query[key])]);
		return all.filter(([, value]) => value);
	}

	/** The names of the parts, for the fields of a form. */
	name(key: keyof P): string {
		return this.#params[key]!.name;
	}
}

/** The first page of a list, or the one after or before a position. */
export function windowOf({ after, before }: Omit<Position, 'at'>, size: number) {
	return before ? { last: size, before } : { first: size, after };
}
