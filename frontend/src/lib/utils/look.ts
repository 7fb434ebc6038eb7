/** How a list looks, as its address says it: how dense it is, and by which view it was opened. */
import { DENSITIES } from '#lib/types/view.ts';
import { oneOf, text } from './address.ts';

/** Characters of the name of a view. */
export const NAME_MAX = 40;
/** No view, where the list would open with one. */
export const NO_VIEW = 'all';

export const LOOK = {
	/** Null is the visitor's own choice. */
	density: oneOf('density', DENSITIES),
	/** The name of a view. It need not be saved here: the address has all of it. */
	view: text('view', NAME_MAX)
};
