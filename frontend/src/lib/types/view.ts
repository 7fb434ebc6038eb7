/** How a list looks, and the views by which it is opened, as the server hands them to its page. */
export const DENSITIES = ['comfortable', 'compact'] as const;
export type Density = (typeof DENSITIES)[number];

/** A view in the bar: it has a place of its own in the page's addresses. */
export interface ViewTab<Right = string> {
	name: string;
	href: string;
	current: boolean;
	/** The right that it requires. */
	right?: Right;
}

/** A column that can be shown or left out. */
export interface ColumnChoice<Right = string> {
	value: string;
	label: string;
	chosen: boolean;
	right?: Right;
}

export interface ViewState<Right = string> {
	tabs: readonly ViewTab<Right>[];
	columns: readonly ColumnChoice<Right>[];
	density: Density;
	/** The address of what is shown, position included; and the one that says all of how it looks, to share. */
	here: string;
	link: string;
	/** The view in force, or ''. */
	name: string;
	/** Whether it is saved in this browser, and whether what is shown differs from it. */
	saved: boolean;
	changed: boolean;
	/** Whether the list opens with it. */
	opens: boolean;
	/** The bar's texts. */
	words: { label: string; open: string; none: string };
}
