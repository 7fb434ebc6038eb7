/**
 * The import page: a dry run of the file, then the import, and refused rows that are corrected and sent again. Rows
 * corrected before the import are checked at once, and imported after the file, which still has them as they were.
 */
import type { Loss } from '#lib/stores/unsaved.svelte.ts';
import type { ImportOptions, ImportSource, RefusedRow } from '#lib/types/import.ts';
import type { Problem } from '#lib/types/problem.ts';
import { correctedSource, withCorrected } from '#lib/utils/user/import.ts';
import { Corrections } from './corrections.svelte.ts';
import { ImportRun } from './import-run.svelte.ts';

const ANY: ImportOptions = { from: null, encoding: '' };

export class UserImport {
	/** The dry run, then the import; null while the file is chosen. */
	run = $state.raw<ImportRun | null>(null);
	/** Corrected rows that are being sent. */
	correcting = $state.raw<ImportRun | null>(null);
	/** Why corrected rows could not be sent. */
	problem = $state.raw<Problem | null>(null);
	readonly corrections = new Corrections();

	get busy(): boolean {
		return !!this.run?.running || !!this.correcting;
	}

	/** Whether the file is being imported, or has been. */
	get writes(): boolean {
		return this.run !== null && !this.run.dryRun;
	}

	/** What leaving the page would lose. A file can be chosen again; a pasted list and corrections are typed. */
	loss(text: string): Loss | null {
		if (this.writes && this.busy) return 'import';
		const { ready } = this.corrections;
		const corrected = ready.size || this.corrections.edited(this.run?.report.refusedRows ?? []).length;
		return corrected || (text.trim() && !this.writes) ? 'edits' : null;
	}

	async check(source: ImportSource, options: ImportOptions): Promise<void> {
		this.stop();
		this.corrections.clear();
		this.problem = null;
		this.run = new ImportRun(source, options, true);
		await this.run.start();
	}

	/** Imports what was checked, then the rows that were corrected meanwhile. */
	async write(): Promise<void> {
		const { source, options } = this.run!;
		this.run = new ImportRun(source, options, false);
		await this.goOn();
	}

	/** Continues after a stop or an interruption. */
	async goOn(): Promise<void> {
		await this.run!.start();
		if (this.run?.state !== 'done' || this.run.dryRun) return;
		await this.correct();
	}

	/** Sends the rows that were edited: to be checked before the import, to be imported after it. */
	async correct(): Promise<void> {
		const rows = this.corrections.edited(this.run!.report.refusedRows);
		if (rows.length && !this.busy) await this.#send(rows);
	}

	async #send(rows: readonly RefusedRow[]): Promise<void> {
		const run = this.run!;
		const cells = rows.map((row) => this.corrections.cells(row));
		const sent = (this.correcting = new ImportRun(correctedSource(cells), ANY, run.dryRun));
		await sent.start();
		[this.correcting, this.problem] = [null, sent.problem];
		if (sent.state !== 'done' || this.run !== run) return;
		const left = sent.report.refusedRows.map((row) => rows[row.line - 1]!.line);
		if (run.dryRun) this.corrections.accept(rows.filter((row) => !left.includes(row.line)));
		else this.corrections.clear();
		this.corrections.forget(rows);
		run.report = withCorrected(run.report, rows, sent.report);
	}

	stop(): void {
		this.run?.stop();
		this.correcting?.stop();
	}

	/** Back to the choice of a file. */
	leave(): void {
		this.stop();
		this.run = null;
	}
}
