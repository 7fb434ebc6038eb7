/** One's own API keys. */
import { ApiKeys, UserEvents, type ApiKeyRow } from '#lib/graphql/documents.ts';
import type { Live } from '#lib/stores/live/live.svelte.ts';
import { MergedRows } from '#lib/stores/merged-rows.svelte.ts';
import { run } from '#lib/utils/graphql.ts';

export class ApiKeyList extends MergedRows<ApiKeyRow> {
	/** Reads the keys again whenever one was made or revoked elsewhere; the events do not have their names. */
	follow(live: Live, userId: string, after: string): () => void {
		const filter = { userId, types: ['API_KEY_CREATED' as const, 'API_KEY_REVOKED' as const] };
		return live.follow(UserEvents, { filter, after }, { event: () => void this.#read() });
	}

	async #read(): Promise<void> {
		const read = await run(ApiKeys, {}).catch(() => null);
		if (read) this.merge(read.apiKeys);
	}
}
