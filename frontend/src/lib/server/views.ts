/** How lists look and their saved views, in cookies that only the pages of the list are sent: the first paint is right. */
import { redirect, type Cookies } from '@sveltejs/kit';
import { DENSITIES } from '#lib/types/view.ts';
import {
	printViews,
	queryOf,
	readViews,
	type LookQuery,
	type View,
	type ViewedList
} from '#lib/utils/views.ts';
import { claimedUser, ofInstance } from './cookies.ts';

const YEAR_SECONDS = 31_536_000;
/** The number of users, besides the signed-in one, whose views a browser keeps: a request has room for no more. */
const OTHERS_MAX = 1;
const PREFIX = ofInstance('views') + '.';
const raw = { decode: (value: string) => value };
const DENSITY = 'density';
const COLUMNS = 'columns';

interface Visit {
	cookies: Cookies;
	url: URL;
}

/** Sets a cookie for a year. `path`: the pages that are sent it. */
function remember({ cookies, url }: Visit, name: string, value: string, path: string): void {
	cookies.set(name, value, {
		path,
		maxAge: YEAR_SECONDS,
		httpOnly: true,
		sameSite: 'lax',
		secure: url.protocol === 'https:',
		encode: (text) => text
	});
}

/** How the visitor last wanted the list to look, unless the address says otherwise. */
export function lookOf<Q extends LookQuery>(cookies: Cookies, list: ViewedList<Q>, query: Q) {
	const density = DENSITIES.find((one) => one === cookies.get(DENSITY)) ?? 'comfortable';
	const columns = queryOf(list, `cols=${(cookies.get(COLUMNS) ?? '').replaceAll('.', ',')}`).columns;
	return {
		density: query.density ?? density,
		...(list.columns ? { columns: query.columns ?? columns ?? list.columns } : {})
	};
}

export function rememberLook<Q extends LookQuery>(visit: Visit, list: ViewedList<Q>, query: Q): void {
	if (query.density) remember(visit, DENSITY, query.density, '/');
	if (query.columns) remember(visit, COLUMNS, query.columns.join('.'), list.path);
}

/** The views that the signed-in user has saved in this browser. */
export function savedViews<Q extends LookQuery>(cookies: Cookies, list: ViewedList<Q>): View[] {
	const whose = claimedUser(cookies);
	return whose ? readViews(list, cookies.get(PREFIX + whose, raw) ?? '') : [];
}

export function keepViews(visit: Visit, path: string, views: readonly View[]): void {
	const { cookies } = visit;
	const name = PREFIX + claimedUser(cookies);
	const others = cookies.getAll(raw).filter((one) => one.name.startsWith(PREFIX) && one.name !== name);
	for (const other of others.slice(OTHERS_MAX)) cookies.delete(other.name, { path });
	if (views.length) remember(visit, name, printViews(views), path);
	else cookies.delete(name, { path });
}

/** Whether any user's list opens with a view: only then the session must be known. */
const mayOpen = (cookies: Cookies) =>
	cookies.getAll(raw).some(({ name, value }) => name.startsWith(PREFIX) && value.includes('!'));

/** Leads from the list's own address to the view that it opens with. `known`: resolves once the session is good. */
export async function openWithView<Q extends LookQuery>(
	{ cookies, url }: Visit,
	list: ViewedList<Q>,
	known: () => Promise<unknown>
): Promise<void> {
	if (url.search || !mayOpen(cookies)) return;
	await known();
	const first = savedViews(cookies, list).find(({ opens }) => opens);
	if (first) redirect(303, list.path + first.search);
}
