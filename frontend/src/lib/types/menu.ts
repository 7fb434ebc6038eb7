/** The menu of a button. */
export interface MenuItem {
	name: string;
	/** Where it leads; otherwise it does something. */
	href?: string;
	act?: () => void;
	/** Whether it is the one of its group that holds; undefined for what is no choice among several. */
	checked?: boolean;
	danger?: boolean;
}

export interface MenuGroup {
	/** Shown above it. */
	name?: string;
	items: readonly MenuItem[];
}
