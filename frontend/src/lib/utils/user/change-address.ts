/** The address of the page that says what a change will do, and makes it once that is confirmed. */
import { BULK_ACTIONS } from '#lib/types/actions.ts';
import { Address, id, oneOf, type Param } from '#lib/utils/address.ts';
import { returnTo } from '#lib/utils/return-to.ts';
import { ROLES } from './values.ts';

const one = id('');

/** The ids of users; what is none is left out. */
const ids: Param<string[]> = {
	name: 'ids',
	parse: (given) => given.split(',').flatMap((part) => one.parse(part) ?? []),
	print: (value) => value.join(',')
};
/** The page to go back to. */
const back: Param<string> = { name: 'back', parse: returnTo, print: (path) => (path === '/' ? '' : path) };

export const changes = new Address('/people/change', {
	action: oneOf('do', BULK_ACTIONS),
	role: oneOf('role', ROLES),
	ids,
	back
});
