/** The addresses of a page of the list with one of its users beside it. */
import { id, type Fields } from '#lib/utils/address.ts';

const PEEK = id('peek');

/** The id of the user that an address shows beside the list, or null. */
export function peekOf(params: Fields): string | null {
	return PEEK.parse(params.get(PEEK.name) ?? '');
}

/** What stands before the id in the address of a page of the list with a user beside it. */
export function peekPrefix(list: string): string {
	return `${list}${list.includes('?') ? '&' : '?'}${PEEK.name}=`;
}
