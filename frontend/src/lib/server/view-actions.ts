/** What the panel of views sends, with and without script: how the list looks, and what becomes of its views. */
import { error, json, redirect, type RequestEvent, type RequestHandler } from '@sveltejs/kit';
import { loadViewMessages } from '#lib/messages/views.ts';
import type { ViewMessages } from '#lib/messages/types.ts';
import { returnTo } from '#lib/utils/return-to.ts';
import {
	fits,
	openedBy,
	positionOf,
	queryOf,
	renamedView,
	viewName,
	withView,
	withoutView,
	type LookQuery,
	type View,
	type ViewedList
} from '#lib/utils/views.ts';
import { choice, text } from './forms.ts';
import { claimedUser } from './cookies.ts';
import { settledView } from './view-state.ts';
import { keepViews, lookOf, rememberLook, savedViews } from './views.ts';

type Reason = keyof ViewMessages['refused'];
/** The views as they are to be, and which of them is shown then; or why nothing changes. */
type Outcome = { views: View[]; view: string } | Reason;
const ACTIONS = ['save', 'replace', 'rename', 'remove', 'open', 'plain'] as const;
type Action = (typeof ACTIONS)[number];

function decide<Q extends LookQuery>(
	list: ViewedList<Q>,
	views: View[],
	query: Q,
	{ action, name, of }: { action: Action; name: string; of: string }
): Outcome {
	const kept = { views, view: of };
	const isSaving = action === 'save' || action === 'replace';
	if (!isSaving && !views.some((one) => one.name === of)) return 'unknown';
	if (action === 'remove') return { views: withoutView(views, of), view: '' };
	if (!isSaving && action !== 'rename')
		return { ...kept, views: openedBy(views, action === 'open' ? of : null) };
	if (!name) return 'nameless';
	if (action !== 'replace' && name !== of && views.some((one) => one.name === name)) return 'taken';
	const next =
		action === 'rename'
			? renamedView(list, views, of, name)
			: withView(views, { name, search: list.search({ ...query, view: name }) });
	return fits(next) ? { views: next, view: name } : 'full';
}

/** The form's answer: for script as data, for others as a page. */
async function refuse({ request, locals }: RequestEvent, reason: Reason): Promise<Response> {
	if (isForScript(request)) return json({ reason });
	return error(409, (await loadViewMessages(locals.locale)).refused[reason]);
}

const isForScript = (request: Request) => request.headers.get('accept') === 'application/json';

function leadTo({ request }: RequestEvent, location: string): Response {
	if (isForScript(request)) return json({ location });
	redirect(303, location);
}

/** The list that a form was sent from, as its address had it. */
function queryIn<Q extends LookQuery>(list: ViewedList<Q>, form: FormData, origin: URL): Q {
	const { pathname, search } = new URL(returnTo(text(form, 'here')), origin);
	if (pathname !== list.path) error(400, 'This form belongs to another page');
	return queryOf(list, search);
}

/** Answers the forms that change how a list looks. An address that says how it looks says it anew. */
export function lookAction<Q extends LookQuery>(list: ViewedList<Q>): RequestHandler {
	return async (event) => {
		const form = await event.request.formData();
		const query = queryIn(list, form, event.url);
		const fields = [...form].filter((field): field is [string, string] => typeof field[1] === 'string');
		const chosen = list.parse(new URLSearchParams(fields));
		rememberLook(event, list, chosen);
		const { density, columns } = chosen;
		const next = { ...query, density: query.density && density, columns: query.columns && columns };
		return leadTo(event, list.path + list.search(next, positionOf(query)));
	};
}

/** Answers the forms that save, rename, delete a view, or have the list open with it. */
export function viewAction<Q extends LookQuery>(list: ViewedList<Q>): RequestHandler {
	return async (event) => {
		const { cookies, locals, request, url } = event;
		const form = await request.formData();
		const action = choice(form, 'do', ACTIONS) ?? error(400, 'There is no such action');
		if (!claimedUser(cookies)) await locals.api.renew();
		if (!claimedUser(cookies)) locals.api.signIn();
		const here = queryIn(list, form, url);
		const query =
			action === 'save' || action === 'replace' ? { ...here, ...lookOf(cookies, list, here) } : here;
		const names = { name: viewName(list, text(form, 'name')), of: text(form, 'of') };
		const outcome = decide(list, savedViews(cookies, list), query, { action, ...names });
		if (typeof outcome === 'string') return refuse(event, outcome);
		keepViews(event, list.path, outcome.views);
		const shown = settledView({ ...query, view: outcome.view }, outcome.views);
		return leadTo(event, list.path + list.search(shown, positionOf(query)));
	};
}
