/** What browsers call a request that never arrived; none of them has a type or a code for it. */
const MESSAGES =
	/failed to fetch|networkerror|load failed|network connection was lost|internet connection appears|importing a module script failed|error loading dynamically imported/i;

/** Whether an error is that nobody answered: the network, or the front door itself. */
export function isOffline(error: unknown): boolean {
	return error instanceof TypeError && MESSAGES.test(error.message);
}
