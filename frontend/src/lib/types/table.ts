/** A column of a table, as its head shows it. */
export interface Column {
	label: string;
	/** Whether the label is for screen readers alone. */
	hidden?: boolean;
	/** Utilities that place it: its width, where it is hidden. */
	class?: string;
	/** Where its order leads, and what it is now. */
	sort?: { href: string; order: 'none' | 'ascending' | 'descending' };
}
