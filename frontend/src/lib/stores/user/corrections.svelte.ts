/** Corrections of refused rows: what was typed, and what a dry run has accepted. */
import { SvelteMap } from 'svelte/reactivity';
import { CELLS, type CellName, type Cells, type RefusedRow } from '#lib/types/import.ts';

export class Corrections {
	/** What was typed, by line. */
	#drafts = $state<Record<number, Cells>>({});
	/** Corrected and checked, by line: they are imported after the file. */
	readonly ready = new SvelteMap<number, Cells>();

	/** Takes up what the server was sent without script. */
	restore(typed: Record<number, Cells>, ready: Record<number, Cells>): void {
		this.#drafts = { ...typed };
		for (const [line, cells] of Object.entries(ready)) this.ready.set(Number(line), cells);
	}

	value(row: RefusedRow, name: CellName): string {
		return this.#drafts[row.line]?.[name] ?? this.ready.get(row.line)?.[name] ?? row.cells?.[name] ?? '';
	}

	edit(row: RefusedRow, name: CellName, value: string): void {
		this.#drafts[row.line] = { ...this.#drafts[row.line], [name]: value };
	}

	/** The rows with a value that differs from the file. */
	edited(rows: readonly RefusedRow[]): RefusedRow[] {
		return rows.filter((row) => CELLS.some((name) => this.value(row, name) !== (row.cells?.[name] ?? '')));
	}

	/** The fields of a row as they are to be sent. */
	cells(row: RefusedRow): Cells {
		return Object.fromEntries(CELLS.map((name) => [name, this.value(row, name)]));
	}

	/** Keeps the rows that a dry run has accepted, and drops their drafts. */
	accept(rows: readonly RefusedRow[]): void {
		for (const row of rows) this.ready.set(row.line, this.cells(row));
		this.forget(rows);
	}

	/** Drops the drafts of rows that have been sent. */
	forget(rows: readonly RefusedRow[]): void {
		for (const { line } of rows) delete this.#drafts[line];
	}

	/** Drops everything, when an import starts or has ended. */
	clear(): void {
		this.#drafts = {};
		this.ready.clear();
	}
}
