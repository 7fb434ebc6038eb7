/** What leaving the page would lose: parts of the page report it, and LeaveGuard asks before it is lost. */
import { getContext, setContext } from 'svelte';
import { SvelteSet } from 'svelte/reactivity';

/** `edits`: typed and not sent; `import`: people are being imported, which ends with the page. */
export type Loss = 'edits' | 'import';
/** Reports what it would lose; of a form, the fields are compared. */
export type Part = HTMLFormElement | (() => Loss | null);

const CONTEXT = {};

export class Unsaved {
	/** Empty on most pages: the guard is loaded for the first. */
	readonly parts = new SvelteSet<Part>();
	/** It is decided to leave the page: the navigation that follows is not asked about. */
	released = false;
	/** Called when a form was sent with success. */
	sent?: (form: HTMLFormElement) => void;

	/** Until the returned function is called. */
	watch(part: Part): () => void {
		this.parts.add(part);
		return () => this.parts.delete(part);
	}
}

/** Before sign-in there is none: nothing is asked there. */
export const useUnsaved = () => getContext<Unsaved | undefined>(CONTEXT);
export const createUnsaved = () => setContext(CONTEXT, new Unsaved());
