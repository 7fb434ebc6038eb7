/** The way of the focus between the rows of a list and the bar of actions for those selected, which may be far apart. */

/** The bar's id: there is one on a page. */
export const BAR_ID = 'actions-for-selected';

const linkOf = (row: Element | null | undefined) => row?.querySelector<HTMLElement>('a') ?? null;

export class ActionBar {
	/** The id of the row that the focus came from. */
	#from: string | undefined;

	/** To the first action; the bar must be shown. */
	enter(): void {
		this.#from = document.activeElement?.closest('tr')?.dataset.id ?? this.#from;
		document.getElementById(BAR_ID)?.querySelector<HTMLElement>('button')?.focus();
	}

	/** Back to the row that it came from, otherwise to the first one. */
	leave(): void {
		const rows = [...document.querySelectorAll<HTMLElement>('tr[data-id]')];
		linkOf(rows.find((row) => row.dataset.id === this.#from) ?? rows[0])?.focus();
	}
}
