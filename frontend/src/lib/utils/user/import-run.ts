/** Sends a file of users and reads the whole response; renews an expired session, and waits while the API is busy. */
import type { ImportLine, ImportReport, SummaryLine } from '#lib/types/import.ts';
import type { Problem } from '#lib/types/problem.ts';
import { RENEWABLE } from '#lib/utils/graphql.ts';
import { readLines } from '#lib/utils/ndjson.ts';
import { withLines } from './import.ts';

export interface Transport {
	/** Sends the file, to be imported from the line after `start`. */
	send(start: number): Promise<Response>;
	/** Renews the session; false where that is not possible. */
	renew(): Promise<boolean>;
	/** Waits so many seconds. */
	wait(seconds: number): Promise<void>;
	/** Shows what is known so far. */
	report(report: ImportReport): void;
}

const WAITS_MAX = 20;
/** The response ended before its summary. */
export const BROKEN: Problem = { code: 'BROKEN', message: 'The connection broke off' };

/** What went wrong, or null once all rows are done. Raises what sending, reading and waiting raise. */
export async function importAll(transport: Transport, first: ImportReport): Promise<Problem | null> {
	let report = first;
	let [waits, renewedAt] = [0, -1];
	for (;;) {
		const { problem, retryAfter, next } = await importOnce(transport, report);
		report = next;
		if (!problem) return null;
		if (RENEWABLE.has(problem.code) && renewedAt < report.line) {
			// Once for each line reached: a session that is refused right after its renewal is not renewed again.
			renewedAt = report.line;
			if (await transport.renew()) continue;
		}
		if (problem.code !== 'RATE_LIMITED' || !retryAfter || (waits += 1) > WAITS_MAX) return problem;
		await transport.wait(retryAfter);
	}
}

interface Ended {
	problem: Problem | null;
	/** Seconds. */
	retryAfter?: number;
	next: ImportReport;
}

async function importOnce(transport: Transport, before: ImportReport): Promise<Ended> {
	const response = await transport.send(before.line);
	if (!response.ok) {
		const retryAfter = Number(response.headers.get('retry-after')) || undefined;
		return { problem: await refusalOf(response, retryAfter), retryAfter, next: before };
	}
	let next = before;
	let summary: SummaryLine | undefined;
	for await (const lines of readLines<ImportLine>(response.body!)) {
		next = withLines(next, lines);
		summary = lines.find((line) => line.type === 'summary') ?? summary;
		transport.report(next);
	}
	return { problem: summary ? summary.error : BROKEN, next };
}

/** The error of the v1 envelope; for a response without one, a code for its status. */
async function refusalOf(response: Response, retryAfterSeconds?: number): Promise<Problem> {
	const unknown = { code: response.status >= 502 ? 'UNAVAILABLE' : 'UNKNOWN', message: '' };
	const body = (await response.json().catch(() => ({}))) as { error?: Problem };
	const { code, message } = body.error?.code ? body.error : unknown;
	return { code, message, retryAfterSeconds };
}
