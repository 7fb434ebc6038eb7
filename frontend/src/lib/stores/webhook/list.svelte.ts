/** The webhook endpoints. A deleted one stays where it was, greyed, and a new one comes first. */
import type { EndpointRow } from '#lib/graphql/documents.ts';
import { Rows } from '#lib/stores/rows.svelte.ts';

export class EndpointList extends Rows<EndpointRow> {
	constructor(endpoints: readonly EndpointRow[]) {
		super(endpoints, { order: 'newestFirst' });
	}

	/** Takes in all endpoints there are, as they were just read, newest first. */
	merge(endpoints: readonly EndpointRow[]): void {
		const found = endpoints.map(({ id }) => id);
		for (const { stored } of this.rows) if (!found.includes(stored.id)) this.leave(stored.id);
		for (const endpoint of endpoints.toReversed()) {
			this.enter(endpoint);
			this.update(endpoint);
		}
	}
}
