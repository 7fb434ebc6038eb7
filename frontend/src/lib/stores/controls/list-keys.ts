/**
 * j and k, and the arrows from a row on, walk a list; with Shift they select. Other keys act on the row that has the focus,
 * or, if none has it, on the one that is shown beside the list.
 */
import { isTyping } from '#lib/utils/keys.ts';

const STEPS: Readonly<Record<string, number>> = { j: 1, k: -1, arrowdown: 1, arrowup: -1 };

interface ListKeys {
	/** What gets the focus in each row, in their order. */
	targets: () => readonly HTMLElement[];
	/** A row's element, from anything in it. */
	row: string;
	/** Called with the index of the row that has the focus. */
	keys?: Readonly<Record<string, (index: number) => void>>;
	/** Called with the indices of the row that has the focus and the one that Shift selects up to. */
	extend?: (from: number, to: number) => void;
	/**
	 * `index`: the row that is shown beside the list, -1 if it is not among the rows, null if nothing is shown; `show`:
	 * shows another, for each step.
	 */
	beside?: { index: () => number | null; show: (index: number) => void };
}

/** Whether the key activates the control that has the focus. */
const isPress = (key: string) =>
	key === ' ' && document.activeElement?.matches('button, input, summary') === true;

/** A handler for the window's keydown. */
export function listKeys({
	targets,
	row,
	keys = {},
	extend,
	beside
}: ListKeys): (event: KeyboardEvent) => void {
	return (event) => {
		if (isTyping(event) || isPress(event.key) || document.querySelector('dialog[open]')) return;
		const all = targets();
		const here = (document.activeElement ?? (event.target as Element)).closest(row);
		const focused = all.findIndex((target) => here?.contains(target));
		const shown = beside?.index() ?? null;
		const at = focused === -1 ? (shown ?? -1) : focused;
		const step = STEPS[event.key.toLowerCase()];
		// The arrows scroll the page until a row has the focus.
		if (step && (at !== -1 || event.key.length === 1)) {
			event.preventDefault();
			const to = at === -1 ? 0 : Math.min(all.length - 1, Math.max(0, at + step));
			// With the focus beside the list, it stays there.
			if (focused !== -1 || shown === null) all[to]?.focus();
			if (shown !== null) beside?.show(to);
			if (event.shiftKey && at !== -1) extend?.(at, to);
		} else if (at !== -1 && keys[event.key]) {
			event.preventDefault();
			keys[event.key]!(at);
		}
	};
}
