/** The help on the keys: loaded with it. */
export const enKeys = {
	title: 'Keyboard',
	search: 'Search',
	filter: 'Filter',
	down: 'Next row',
	up: 'Previous row',
	open: 'Open the row',
	select: 'Select the row',
	range: 'Select up to the row',
	extend: 'Select the next row too',
	actions: 'Actions for the selected rows',
	palette: 'Command palette',
	help: 'This help',
	go: (place: string) => `Go to ${place}`
};
