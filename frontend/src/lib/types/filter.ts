/** A filter of a list, as its panel and its chip show it. */
export interface FilterField {
	name: string;
	label: string;
	options: { value: string; word: string; chosen: boolean }[];
	/** Whether choosing one of the options takes the place of the others. */
	single: boolean;
	/** The first and the last day, where they can be chosen; '' is open. */
	days: { from: string; to: string } | null;
}

/** A filter in force. */
export interface Chip {
	name: string;
	label: string;
	/** What it lets through. */
	text: string;
	/** The address without it. */
	without: string;
}
