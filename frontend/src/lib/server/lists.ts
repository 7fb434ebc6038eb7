/** A list of the API as the data of a page. */
import type { Pages } from '#lib/graphql/documents.ts';

interface Connection<T> {
	edges: { node: T }[];
	pageInfo: Pages;
	totalCount?: number | null;
	totalCountExact?: boolean | null;
}

/** Its rows, how many there are on all pages and whether that is exact, and the pages beside it. */
export function listOf<T>({ edges, pageInfo, totalCount, totalCountExact }: Connection<T>) {
	const rows = edges.map((edge) => edge.node);
	return { rows, pageInfo, total: totalCount ?? 0, exact: totalCountExact ?? true };
}

/** The rows of each page, from the first, which has been read, to the last. */
export async function* pagesOf<T>(
	first: Connection<T>,
	readAfter: (cursor: string | null) => Promise<Connection<T>>
): AsyncGenerator<T[]> {
	for (let page = first; ; page = await readAfter(page.pageInfo.endCursor)) {
		yield page.edges.map((edge) => edge.node);
		if (!page.pageInfo.hasNextPage) return;
	}
}
