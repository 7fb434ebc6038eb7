/** What is asked for in one row of the list, by a control of the row, a key, or beside the list. */
import type { Held, RowMenu, RowPart } from '#lib/types/row.ts';
import type { Peeking } from './peeking.svelte.ts';

interface Asked {
	part: RowPart;
	row: Held;
	/** What was pressed: the focus goes back there. */
	button: HTMLElement;
}

export class RowUse {
	current = $state.raw<Asked | null>(null);
	readonly #row: (id: string) => Held | undefined;
	readonly #peeking: Peeking;

	constructor(row: (id: string) => Held | undefined, peeking: Peeking) {
		this.#row = row;
		this.#peeking = peeking;
	}

	/** Handles a click on a control of a row: rows have no listeners of their own, since most are never used. */
	readonly press = (control: HTMLElement): void => {
		const row = this.#row(control.closest('tr')?.dataset.id ?? '');
		const part = control.dataset.menu as RowMenu | undefined;
		if (row && !part) this.#peeking.show(row.stored.id);
		// Pressed again, the button closes its menu.
		else if (row && part)
			this.current = this.current?.button === control ? null : { part, row, button: control };
	};

	/** Opens a menu of a row, if the row has it. */
	open(menu: RowMenu, id: string | undefined): void {
		document.querySelector<HTMLElement>(`tr[data-id="${id}"] [data-menu=${menu}]`)?.click();
	}

	/** Ends the request, unless another one has replaced it. */
	end(asked: Asked): void {
		if (this.current === asked) this.current = null;
	}
}
