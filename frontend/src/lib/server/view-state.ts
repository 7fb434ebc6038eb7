/** What a page shows of the views of its list. */
import type { ViewMessages } from '#lib/messages/types.ts';
import type { ColumnChoice, Density, ViewState, ViewTab } from '#lib/types/view.ts';
import { NO_VIEW } from '#lib/utils/look.ts';
import { positionOf, type LookQuery, type View, type ViewedList } from '#lib/utils/views.ts';

/** What a page knows of itself. */
interface Shown<Q extends LookQuery, Right> {
	list: ViewedList<Q>;
	query: Q;
	saved: readonly View[];
	m: ViewMessages;
	look: { density: Density; columns?: readonly string[] };
	columns?: readonly ColumnChoice<Right>[];
	/** The built-in tabs. `named`: the view in force has a tab of its own; `view`: the view that their addresses name. */
	tabs: (place: { named: boolean; view: string }) => ViewTab<Right>[];
}

/** The name of no view: an explicit one if the list opens with a view, so that clearing its filters does not lead back to that. */
const noView = (saved: readonly View[]) => (saved.some(({ opens }) => opens) ? NO_VIEW : '');

/** The query with the view in force, also where its address names none. */
export function settledView<Q extends LookQuery>(query: Q, saved: readonly View[]): Q {
	if (query.view && query.view !== NO_VIEW) return query;
	return { ...query, view: noView(saved) };
}

export function viewState<Q extends LookQuery, Right>(shown: Shown<Q, Right>): ViewState<Right> {
	const { list, query, saved, m, look, columns = [] } = shown;
	const name = query.view === NO_VIEW ? '' : query.view;
	const own = saved.find((view) => view.name === name);
	const search = list.search({ ...query, ...look, view: name });
	const link = list.path + search;
	const tabs = [
		...shown.tabs({ named: name !== '', view: noView(saved) }),
		...saved.map((view) => ({ name: view.name, href: list.path + view.search, current: view === own })),
		...(name && !own ? [{ name, href: link, current: true }] : [])
	];
	return {
		tabs,
		columns,
		density: look.density,
		here: list.path + list.search(query, positionOf(query)),
		link,
		name,
		saved: own !== undefined,
		changed: own !== undefined && own.search !== search,
		opens: own?.opens ?? false,
		words: { label: m.label, open: m.open, none: m.own }
	};
}
