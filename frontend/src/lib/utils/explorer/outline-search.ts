/** Finding types and fields by a part of their name. */
import type { Outline, OutlineField, OutlineType } from '#lib/types/outline.ts';

const SHOWN = 30;

export interface Found {
	types: OutlineType[];
	fields: { type: string; field: OutlineField }[];
}

/** Those whose name begins with the text before those that only have it in them. `Type.field` looks into one type. */
export function findInOutline(outline: Outline, text: string): Found {
	const [first = '', second] = text.trim().toLowerCase().split('.');
	const rank = (name: string, wanted: string) => {
		const at = name.toLowerCase().indexOf(wanted);
		return at === -1 ? null : at === 0 ? 0 : 1;
	};
	const types = Object.values(outline);
	const inside = second === undefined ? types : types.filter((type) => rank(type.name, first) !== null);
	const fields = inside.flatMap((type) =>
		(type.fields ?? []).map((field) => ({ type: type.name, field, rank: rank(field.name, second ?? first) }))
	);
	return {
		types:
			second === undefined ? ranked(types.map((type) => ({ ...type, rank: rank(type.name, first) }))) : [],
		fields: ranked(fields)
	};
}

function ranked<T extends { rank: number | null }>(all: T[]): T[] {
	return all
		.filter((one) => one.rank !== null)
		.sort((a, b) => a.rank! - b.rank!)
		.slice(0, SHOWN);
}
