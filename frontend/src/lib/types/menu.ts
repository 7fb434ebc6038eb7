/** The menu of a button. */
export interface MenuItem {
	name: string;
	/** Where it leads; otherwise it does something. */
	href?: string;
	act?: () => void;
	/** Whether it is the chosen one of its group; undefined for an item that is not one of several choices. */
	checked?: boolean;
	danger?: boolean;
}

export interface MenuGroup {
	/** Shown above it. */
	name?: string;
	items: readonly MenuItem[];
}
