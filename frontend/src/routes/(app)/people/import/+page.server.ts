import { fail, type RequestEvent } from '@sveltejs/kit';
import { pool } from '#lib/utils/pool.ts';
import { text } from '#lib/server/forms.ts';
import { pageError } from '#lib/server/status.ts';
import { can } from '#lib/utils/user/rights.ts';
import { addUser } from '#lib/utils/user/add.ts';
import { itemsOf, readImport } from '#lib/utils/user/import.ts';
import type { Actions, PageServerLoad } from './$types';

const AT_ONCE = 4;

export const load: PageServerLoad = async ({ parent }) => {
	const { viewer } = await parent();
	if (!can(viewer, 'users.change')) pageError('FORBIDDEN', 'Only an admin imports people');
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
		const { lines, error } = readImport(source);
		if (error) return fail(400, { error, source });
		return { stage: 'checked' as const, source, items: itemsOf(lines) };
	},
	/** Without script: back to the list, to be written over. */
	change: async (event) => ({ source: await sourceOf(event) }),
	/** Without script: adds them all, then shows a result for each. */
	run: async (event) => {
		const source = await sourceOf(event);
		const { lines, error } = readImport(source);
		if (error) return fail(400, { error, source });
		const items = itemsOf(lines);
		const ready = items.filter((item) => item.state === 'ready');
		try {
			await pool(ready, AT_ONCE, async (item) => {
				Object.assign(
					item,
					await addUser((document, variables) => event.locals.api.run(document, variables), item)
				);
			});
		} catch (reason) {
			// Nothing was added at all: then the page of what went wrong says more.
			if (ready.every((item) => item.state === 'ready')) throw reason;
		}
		return { stage: 'done' as const, source, items };
	}
};
