/**
 * Views of a list: names for what is asked and how it looks. A view is an address that carries its name, so that a link
 * shares it, and a cookie keeps some.
 */
import type { Density } from '#lib/types/view.ts';
import type { Fields, Position } from './address.ts';
import { NO_VIEW } from './look.ts';

/** What the address of every list with views has. */
export interface LookQuery extends Position {
	view: string;
	density: Density | null;
	columns?: readonly string[] | null;
}

/** A list with views: its codec. */
export interface ViewedList<Q extends LookQuery> {
	path: string;
	parse(params: Fields): Q;
	search(query: Partial<Q>, changes?: Partial<Q>): string;
	/** The columns that are shown by default; undefined for a list without columns. */
	columns?: readonly string[];
}

export interface View {
	name: string;
	/** What stands behind the path, with its "?". */
	search: string;
	/** Whether the list opens with it. */
	opens: boolean;
}

/** Characters of a cookie with views: with the session's own, those of a few users and instances fit in a request. */
const BYTES_MAX = 2_000;
// None of these is in a search as it is: it has them escaped.
const [SEPARATOR, OPENS, COMMA] = ['~', '!', ':'];

/** The position in the list. */
export const positionOf = <Q extends LookQuery>({ after, before, at }: Q) =>
	({ after, before, at }) as Partial<Q>;

/** What a search asks for. */
export function queryOf<Q extends LookQuery>(list: ViewedList<Q>, search: string): Q {
	return list.parse(new URLSearchParams(search));
}

/** The views of a cookie; a part that is not a view is left out. */
export function readViews<Q extends LookQuery>(list: ViewedList<Q>, text: string): View[] {
	return text.split(SEPARATOR).flatMap((part) => {
		const opens = part.startsWith(OPENS);
		const query = queryOf(list, part.slice(opens ? 1 : 0).replaceAll(COMMA, ','));
		return query.view ? [{ name: query.view, search: list.search(query), opens }] : [];
	});
}

export function printViews(views: readonly View[]): string {
	return views
		.map(({ search, opens }) => (opens ? OPENS : '') + search.slice(1).replaceAll(',', COMMA))
		.join(SEPARATOR);
}

export const fits = (views: readonly View[]) => printViews(views).length <= BYTES_MAX;

/** The name of a view as it was typed: the address has a meaning of its own for one. */
export function viewName<Q extends LookQuery>(list: ViewedList<Q>, typed: string): string {
	const { view } = list.parse(new URLSearchParams({ view: typed }));
	return view === NO_VIEW ? 'All' : view;
}

/** Adds a view, or puts it in the place of the one with its name. */
export function withView(views: readonly View[], view: Pick<View, 'name' | 'search'>): View[] {
	const former = views.find(({ name }) => name === view.name);
	if (!former) return [...views, { ...view, opens: false }];
	return views.map((one) => (one === former ? { ...one, search: view.search } : one));
}

export function renamedView<Q extends LookQuery>(
	list: ViewedList<Q>,
	views: readonly View[],
	from: string,
	to: string
): View[] {
	const search = (one: View) => list.search({ ...queryOf(list, one.search), view: to } as Partial<Q>);
	return views.map((one) => (one.name === from ? { ...one, name: to, search: search(one) } : one));
}

export const withoutView = (views: readonly View[], removed: string) =>
	views.filter(({ name }) => name !== removed);

/** The list opens with the view of this name, or with none. */
export const openedBy = (views: readonly View[], name: string | null) =>
	views.map((one) => ({ ...one, opens: one.name === name }));
