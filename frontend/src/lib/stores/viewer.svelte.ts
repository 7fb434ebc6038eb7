/** The signed-in user, and what they may do. */
import { createContext } from 'svelte';
import type { Viewer as Row } from '#lib/graphql/documents.ts';
import { can, type Right } from '#lib/utils/user/rights.ts';

export class Viewer {
	readonly #read: () => Row;

	constructor(read: () => Row) {
		this.#read = read;
	}

	get row(): Row {
		return this.#read();
	}

	get id(): string {
		return this.row.id;
	}

	can(right: Right): boolean {
		return can(this.row, right);
	}
}

const [useViewer, setViewer] = createContext<Viewer>();

export { useViewer };

export function createViewer(read: () => Row): Viewer {
	return setViewer(new Viewer(read));
}
