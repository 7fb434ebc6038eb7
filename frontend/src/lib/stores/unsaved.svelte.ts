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
	/** The user has decided to leave: the next navigation does not ask. */
	released = false;
	/** Called when a form was sent with success. */
	sent?: (form: HTMLFormElement) => void;

	/** Until the returned function is called. */
	watch(part: Part): () => void {
		this.parts.add(part);
		return () => this.parts.delete(part);
	}
}

/** Undefined before sign-in, where leaving never asks. */
export const useUnsaved = () => getContext<Unsaved | undefined>(CONTEXT);
export const createUnsaved = () => setContext(CONTEXT, new Unsaved());
