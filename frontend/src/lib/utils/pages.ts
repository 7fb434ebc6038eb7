/** The pages beside one of a list. */
import type { Pages } from '#lib/graphql/documents.ts';
import type { Address, Params, Position, Query } from './address.ts';

/** Their addresses; null where there is none. */
export interface PageLinks {
	first: string | null;
	previous: string | null;
	next: string | null;
}

export function pageLinks<P extends Params>(address: Address<P>, query: Query<P>, info: Pages): PageLinks {
	const { hasPreviousPage, startCursor, hasNextPage, endCursor } = info;
	const at = (position: Partial<Position>) => address.href(query, position as Partial<Query<P>>);
	return {
		first: query.after || query.before ? address.href(query) : null,
		previous: hasPreviousPage && startCursor ? at({ before: startCursor }) : null,
		next: hasNextPage && endCursor ? at({ after: endCursor }) : null
	};
}
