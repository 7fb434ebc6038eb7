/** The help on the keys: loaded with it. */
export const enKeys = {
	title: 'Keyboard',
	search: 'Search',
	filter: 'Filter',
	down: 'Next row',
	up: 'Previous row',
	open: 'Open the row',
	peek: 'Show the person beside the list',
	menu: 'Menu of the row',
	role: 'Change the role',
	status: 'Change the status',
	select: 'Select the row',
	range: 'Select up to the row',
	extend: 'Select the next row too',
	escape: 'Hide the person, then clear the selection',
	actions: 'Actions for the selected rows',
	undo: 'Take the last change back',
	palette: 'Command palette',
	help: 'All keys',
	more: 'More help',
	go: (place: string) => `Go to ${place}`
};
