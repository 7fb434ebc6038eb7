import { fail } from '@sveltejs/kit';
import { SIGNED_OUT } from '#lib/server/api.ts';
import { correct, reportAfter } from '#lib/server/import-corrections.ts';
import { fileOf, importFile, keptText } from '#lib/server/import.ts';
import { formStatus, pageError } from '#lib/server/status.ts';
import type { ImportAnswer } from '#lib/types/import.ts';
import { can } from '#lib/utils/user/rights.ts';
import type { Actions, PageServerLoad, RequestEvent } from './$types';

export const load: PageServerLoad = async ({ parent }) => {
	const { viewer } = await parent();
	if (!can(viewer, 'users.change')) pageError('FORBIDDEN', 'Only an admin imports people');
};

/** `check` the file and the corrected rows, `run` the import of both, or of the corrected rows alone after it (`correct`). */
async function answer({ request, locals }: RequestEvent, step: 'check' | 'run' | 'correct') {
	const form = await request.formData();
	const [sent, dryRun] = [fileOf(form), step === 'check'];
	const file = await importFile(locals.api, sent, step !== 'run');
	const before = step === 'correct' ? reportAfter(file.report, form) : file.report;
	const corrected = await correct(locals.api, before, file.problem ? new FormData() : form, dryRun);
	const { report } = corrected;
	const problem = file.problem ?? corrected.problem;
	if (problem && !report.line && problem.code in SIGNED_OUT) locals.api.signIn(problem.code);
	const encoding = sent.options.encoding || (report.start?.encoding ?? 'utf-8');
	const kept = await keptText(sent, encoding, report.refused > 0);
	const shown: ImportAnswer = {
		...corrected,
		...{ dryRun, problem, kept, name: sent.source.name, options: sent.options }
	};
	return report.start ? shown : fail(formStatus(problem!.code), shown);
}

export const actions: Actions = {
	/** What would happen; nothing is written. */
	check: (event) => answer(event, 'check'),
	run: (event) => answer(event, 'run'),
	correct: (event) => answer(event, 'correct')
};
