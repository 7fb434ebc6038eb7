/**
 * The address of a request as SvelteKit's server gives it to `load`, which notes what is read of it. It does what `make_trackable` in
 * SvelteKit's utils/url.js does, whose accessors are defined on each address; these belong to the class (request-garbage.js says why).
 */
const SEARCHED = new Set(['get', 'getAll', 'has']);
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

export class TrackedUrl extends URL {
	#url;
	#read;
	#searched;
	#refuseHash;
	/** @type {URLSearchParams | undefined} */
	#parameters;

	/**
	 * @param {URL} url
	 * @param {() => void} read called for each use of the whole address
	 * @param {(name: string) => void} searched called for each use of one parameter
	 * @param {() => never} refuseHash no request has a hash
	 */
	constructor(url, read, searched, refuseHash) {
		super(url);
		this.#url = url;
		this.#read = read;
		this.#searched = searched;
		this.#refuseHash = refuseHash;
	}

	/** @override */
	get searchParams() {
		return (this.#parameters ??= tracked(super.searchParams, this.#read, this.#searched));
	}

	/** @override */
	get href() {
		this.#read();
		return super.href;
	}

	/** @override */
	get pathname() {
		this.#read();
		return super.pathname;
	}

	/** @override */
	get search() {
		this.#read();
		return super.search;
	}

	/** @override @returns {string} */
	get hash() {
		return this.#refuseHash();
	}

	/** @override */
	toString() {
		this.#read();
		return super.toString();
	}

	/** @override */
	toJSON() {
		this.#read();
		return super.toJSON();
	}

	/** @param {number} _depth @param {object} options @param {(value: unknown, options: object) => string} inspect */
	[INSPECT](_depth, options, inspect) {
		return inspect(this.#url, options);
	}
}

/** @param {URLSearchParams} parameters @param {() => void} read @param {(name: string) => void} searched */
function tracked(parameters, read, searched) {
	return new Proxy(parameters, {
		get(from, key) {
			if (typeof key === 'string' && SEARCHED.has(key))
				return (/** @type {string} */ name, /** @type {unknown[]} */ ...rest) => {
					searched(name);
					return Reflect.get(from, key).call(from, name, ...rest);
				};
			read();
			const value = Reflect.get(from, key);
			return typeof value === 'function' ? value.bind(from) : value;
		}
	});
}
