import { fail } from '@sveltejs/kit';
import { SIGNED_OUT } from '#lib/server/api.ts';
import { fileOf, importFile, keptText } from '#lib/server/import.ts';
import { formStatus, pageError } from '#lib/server/status.ts';
import { can } from '#lib/utils/user/rights.ts';
import type { Actions, PageServerLoad, RequestEvent } from './$types';

export const load: PageServerLoad = async ({ parent }) => {
	const { viewer } = await parent();
	if (!can(viewer, 'users.change')) pageError('FORBIDDEN', 'Only an admin imports people');
};

async function answer({ request, locals }: RequestEvent, dryRun: boolean) {
	const sent = fileOf(await request.formData());
	const { report, problem } = await importFile(locals.api, sent, dryRun);
	if (problem && !report.line && problem.code in SIGNED_OUT) locals.api.signIn(problem.code);
	const encoding = report.start?.encoding ?? 'utf-8';
	const kept = await keptText(sent, sent.options.encoding || encoding);
	const shown = { dryRun, report, problem, kept, name: sent.source.name, options: sent.options };
	return report.start ? shown : fail(formStatus(problem!.code), shown);
}

export const actions: Actions = {
	/** What would happen; nothing is written. */
	check: (event) => answer(event, true),
	run: (event) => answer(event, false)
};
