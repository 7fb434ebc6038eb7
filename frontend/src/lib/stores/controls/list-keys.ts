/** j and k walk a list; other keys act on the row that has the focus. */
import { isTyping } from '#lib/utils/keys.ts';

const STEPS: Readonly<Record<string, number>> = { j: 1, k: -1 };

interface ListKeys {
	/** What gets the focus in each row, in their order. */
	targets: () => readonly HTMLElement[];
	/** A row's element, from anything in it. */
	row: string;
	/** Called with the index of the row that has the focus. */
	keys?: Readonly<Record<string, (index: number) => void>>;
}

/** A handler for the window's keydown. */
export function listKeys({ targets, row, keys = {} }: ListKeys): (event: KeyboardEvent) => void {
	return (event) => {
		if (isTyping(event) || document.querySelector('dialog[open]')) return;
		const all = targets();
		const here = (document.activeElement ?? (event.target as Element)).closest(row);
		const at = all.findIndex((target) => here?.contains(target));
		const step = STEPS[event.key];
		if (step) {
			event.preventDefault();
			all[at === -1 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))]?.focus();
		} else if (at !== -1 && keys[event.key]) {
			event.preventDefault();
			keys[event.key]!(at);
		}
	};
}
