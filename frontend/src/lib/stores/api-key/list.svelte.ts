/** One's own API keys. A revoked one stays where it was, greyed, and a new one comes first. */
import { ApiKeys, UserEvents, type ApiKeyRow } from '#lib/graphql/documents.ts';
import type { Live } from '#lib/stores/live/live.svelte.ts';
import { Rows } from '#lib/stores/rows.svelte.ts';
import { run } from '#lib/utils/graphql.ts';

export class ApiKeyList extends Rows<ApiKeyRow> {
	constructor(keys: readonly ApiKeyRow[]) {
		super(keys, { order: 'newestFirst' });
	}

	/** Takes in all keys there are, as they were just read, newest first. */
	merge(keys: readonly ApiKeyRow[]): void {
		const found = keys.map(({ id }) => id);
		for (const { stored } of this.rows) if (!found.includes(stored.id)) this.leave(stored.id);
		for (const key of keys.toReversed()) {
			this.enter(key);
			this.update(key);
		}
	}

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
