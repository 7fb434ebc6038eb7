/** The health checks of the API, by the names that people read. */
import type { HelpMessages } from '#lib/messages/types.ts';

const REPLICA = 'replica_';
const EXTERNAL = 'external_api_';

/** A check that this console does not know yet keeps the API's name. */
export function nameOf(m: HelpMessages, check: string): string {
	if (check.startsWith(REPLICA)) return m.replica(check.slice(REPLICA.length));
	if (check.startsWith(EXTERNAL)) return m.external(check.slice(EXTERNAL.length));
	return Object.hasOwn(m.check, check) ? m.check[check as keyof HelpMessages['check']] : check;
}
