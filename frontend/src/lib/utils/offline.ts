/** What browsers call a request that never arrived; none of them has a type or a code for it, and Safari translates it. */
const MESSAGES =
	/failed to fetch|network ?error|load failed|network connection was lost|internet connection appears|could not connect to the server|the request timed out|hostname could not be found|importing a module script failed|error loading dynamically imported|error in input stream/i;

/** Whether an error is that nobody answered: the network, or the front door itself. */
export function isOffline(error: unknown, online = navigator.onLine): boolean {
	return error instanceof TypeError && (!online || MESSAGES.test(error.message));
}
