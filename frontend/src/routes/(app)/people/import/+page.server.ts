import { error, fail, type RequestEvent } from '@sveltejs/kit';
import { ImportRun, itemsOf } from '#lib/stores/user/import.svelte.ts';
import type { ImportItem } from '#lib/types/import.ts';
import { text } from '#lib/server/forms.ts';
import { addUser } from '#lib/utils/user/add.ts';
import { readImport } from '#lib/utils/user/import.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ parent }) => {
	const { viewer } = await parent();
	if (viewer.role !== 'ADMIN') error(403, { message: 'Only an admin imports people', code: 'FORBIDDEN' });
};

/** The text of the file, or where none was chosen, the lines pasted. */
async function sourceOf({ request }: RequestEvent): Promise<string> {
	const form = await request.formData();
	const file = form.get('file');
	return file instanceof File && file.size > 0 ? await file.text() : text(form, 'list');
}

export const actions: Actions = {
	check: async (event) => {
		const source = await sourceOf(event);
		const { lines, fault } = readImport(source);
		if (fault) return fail(400, { fault, source });
		return { stage: 'checked' as const, source, items: itemsOf(lines) };
	},
	/** Without script: back to the list, to be written over. */
	change: async (event) => ({ source: await sourceOf(event) }),
	/** Without script: adds them all, then shows a result for each. */
	run: async (event) => {
		const source = await sourceOf(event);
		const { lines, fault } = readImport(source);
		if (fault) return fail(400, { fault, source });
		const run = new ImportRun(lines);
		await run.start((line) =>
			addUser((document, variables) => event.locals.api.run(document, variables), line)
		);
		// Nothing was added at all: then the page of what went wrong says more.
		if (run.halted && run.done === 0) throw run.halted;
		const items: ImportItem[] = run.items.map((item) => ({ ...item }));
		return { stage: 'done' as const, source, items };
	}
};
