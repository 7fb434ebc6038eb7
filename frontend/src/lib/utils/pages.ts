/** The pages beside one of a list. */
import type { Pages } from '#lib/graphql/documents.ts';
import type { Address, Params, Position, Query } from './address.ts';

/** Their addresses; null where there is none. */
export interface PageLinks {
	first: string | null;
	previous: string | null;
	next: string | null;
}

/** How many rows come before a page; null where the address does not say. */
function startOf({ after, before, at }: Position, info: Pages): number | null {
	return !info.hasPreviousPage || (!after && !before) ? 0 : at;
}

/** Which rows of the list a page has, from 1; null where nobody counted those before it, or there is but this page. */
export function rangeOf(
	query: Position,
	info: Pages,
	count: number,
	total: { value: number; exact: boolean }
) {
	if (!count || (!info.hasPreviousPage && !info.hasNextPage)) return null;
	const atEnd = !info.hasNextPage && total.exact;
	const start = atEnd ? total.value - count : startOf(query, info);
	return start === null || start < 0 ? null : { from: start + 1, to: start + count };
}

/** `size`: how many rows a page has at most, where they are counted; `count`: how many this one has. */
export function pageLinks<P extends Params>(
	address: Address<P>,
	query: Query<P>,
	info: Pages,
	{ size, count }: { size: number; count: number } = { size: 0, count: 0 }
): PageLinks {
	const start = size ? startOf(query, info) : null;
	const { hasPreviousPage, startCursor, hasNextPage, endCursor } = info;
	const at = (position: Partial<Position>) => address.href(query, position as Partial<Query<P>>);
	return {
		first: query.after || query.before ? address.href(query) : null,
		previous:
			hasPreviousPage && startCursor
				? at({ before: startCursor, at: start && Math.max(0, start - size) })
				: null,
		next:
			hasNextPage && endCursor ? at({ after: endCursor, at: start === null ? null : start + count }) : null
	};
}
