/** The way of the focus between the rows of a list and the bar of actions for those selected, which may be far apart. */

/** The bar's id: there is one on a page. */
export const BAR_ID = 'actions-for-selected';

const linkOf = (row: Element | null | undefined) => row?.querySelector<HTMLElement>('a') ?? null;

export class ActionBar {
	/** The id of the row that the focus came from. */
	#from: string | undefined;

	/** The focus is to move to the bar once it is loaded. */
	#waits = false;

	/** To the first action, once the bar is shown. */
	enter(): void {
		this.#from = document.activeElement?.closest('tr')?.dataset.id ?? this.#from;
		const first = document.getElementById(BAR_ID)?.querySelector<HTMLElement>('button');
		this.#waits = !first;
		first?.focus();
	}

	/** The bar has been loaded. */
	shown(): void {
		if (this.#waits) this.enter();
	}

	/** Back to the row that it came from, otherwise to the first one. */
	leave(): void {
		const rows = [...document.querySelectorAll<HTMLElement>('tr[data-id]')];
		linkOf(rows.find((row) => row.dataset.id === this.#from) ?? rows[0])?.focus();
	}
}
