/** The run of one import: it can be stopped, and continues after the last line that was done. */
import type { ImportOptions, ImportReport, ImportSource } from '#lib/types/import.ts';
import type { Problem } from '#lib/types/problem.ts';
import { ApiError, renewSession } from '#lib/utils/graphql.ts';
import { emptyReport, importAddress } from '#lib/utils/user/import.ts';
import { BROKEN, importAll } from '#lib/utils/user/import-run.ts';

export type RunState = 'running' | 'waiting' | 'stopped' | 'failed' | 'done';

export class ImportRun {
	report = $state.raw<ImportReport>(emptyReport());
	state = $state<RunState>('stopped');
	/** Why it failed. */
	problem = $state.raw<Problem | null>(null);
	/** Seconds until the API takes it, while it waits. */
	seconds = $state(0);
	readonly source: ImportSource;
	readonly options: ImportOptions;
	readonly dryRun: boolean;
	#stop = new AbortController();

	constructor(source: ImportSource, options: ImportOptions, dryRun: boolean) {
		[this.source, this.options, this.dryRun] = [source, options, dryRun];
	}

	get running(): boolean {
		return this.state === 'running' || this.state === 'waiting';
	}

	/** The file was refused as a whole, before its first row. */
	get refused(): boolean {
		return this.state === 'failed' && this.report.start === null;
	}

	stop(): void {
		this.#stop.abort();
	}

	/** Sends the rows that are not done yet. */
	async start(): Promise<void> {
		const { signal } = (this.#stop = new AbortController());
		[this.state, this.problem] = ['running', null];
		try {
			this.problem = await importAll(this.#transport(signal), this.report);
		} catch (error) {
			if (!signal.aborted) this.problem = problemOf(error, this.report);
		}
		this.state = signal.aborted ? 'stopped' : this.problem ? 'failed' : 'done';
	}

	#transport(signal: AbortSignal) {
		return {
			send: (start: number) => {
				this.state = 'running';
				return fetch(importAddress(this.options, this.dryRun, start), {
					method: 'POST',
					headers: { 'content-type': this.source.type },
					body: this.source.body,
					signal
				});
			},
			renew: renewSession,
			wait: (seconds: number) => this.#wait(seconds, signal),
			report: (report: ImportReport) => (this.report = report)
		};
	}

	async #wait(seconds: number, signal: AbortSignal): Promise<void> {
		this.state = 'waiting';
		for (this.seconds = seconds; this.seconds > 0; this.seconds -= 1) {
			await new Promise((resolve) => setTimeout(resolve, 1000));
			signal.throwIfAborted();
		}
	}
}

/** The problem behind an error of sending or reading: the API is unavailable, or the connection broke during the response. */
function problemOf(error: unknown, { start }: ImportReport): Problem {
	if (error instanceof ApiError) return { code: error.code, message: error.message };
	return start ? BROKEN : { code: 'UNAVAILABLE', message: '' };
}
