/** The address of a user's page. */
import { Address, cursor } from '#lib/utils/address.ts';

/** `older`: the position in their timeline after which it begins. */
export function userAddress(id: string) {
	return new Address(`/people/${id}`, { older: cursor('older') });
}
