/** A list of the API as the data of a page. */
import type { Pages } from '#lib/graphql/documents.ts';

interface Connection<T> {
	edges: { node: T }[];
	pageInfo: Pages;
	totalCount?: number | null;
}

/** Its rows, how many there are on all pages, and the pages beside it. */
export function listOf<T>({ edges, pageInfo, totalCount }: Connection<T>) {
	return { rows: edges.map((edge) => edge.node), pageInfo, total: totalCount ?? 0 };
}
