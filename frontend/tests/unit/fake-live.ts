/** The live store as stores see it, with the feed in the test's hand. */
import type { User } from '#lib/graphql/documents.ts';
import type { Handlers, Live } from '#lib/stores/live/live.svelte.ts';

export class FakeLive {
	variables: Record<string, unknown> = {};
	handlers!: Handlers<never>;
	stopped = false;
	/** Who was asked for after a break, and how the API has them. */
	refreshed: string[] = [];
	users: User[] = [];
	#reconnected: () => unknown = () => {};

	get live(): Live {
		const fake = {
			follow: (_: string, variables: Record<string, unknown>, handlers: Handlers<never>) => {
				Object.assign(this, { variables, handlers });
				return () => (this.stopped = true);
			},
			onReconnect: (listener: () => unknown) => {
				this.#reconnected = listener;
				return () => (this.#reconnected = () => {});
			},
			presence: {
				refresh: async (ids: string[]) => {
					this.refreshed.push(...ids);
					return this.users;
				}
			}
		};
		return fake as unknown as Live;
	}

	async reconnect(): Promise<void> {
		await this.#reconnected();
	}
}
